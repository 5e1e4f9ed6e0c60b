package org.rebind.tck.self;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assumptions;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendProvider;
import org.rebind.tck.Subject;

/** A wrapper, mutated or not, with everything the kit may ask its author for. */
final class WrapperSubject implements Subject, AutoCloseable {
    private final Supplier<? extends Wrapper> maker;
    private final BackendProvider provider;
    private final Wrapper wrapper;
    private volatile boolean enough;

    WrapperSubject(Supplier<? extends Wrapper> maker, BackendProvider provider) {
        this.maker = maker;
        this.provider = provider;
        this.wrapper = maker.get();
    }

    /** From now on tests are skipped. */
    void enough() {
        enough = true;
    }

    @Override
    public Backend backend() {
        Assumptions.assumeFalse(enough, "something wrong was found already");
        return wrapper;
    }

    @Override
    public OptionalLong liveBuffers() {
        return wrapper.liveBuffers();
    }

    @Override
    public Optional<Backend> limited(long bytes) {
        Wrapper small = maker.get();
        small.capacity = bytes;
        return Optional.of(small);
    }

    @Override
    public Optional<Losable> losable() {
        Wrapper fragile = maker.get();
        return Optional.of(new Losable(fragile, () -> fragile.lost = true));
    }

    @Override
    public Optional<BackendProvider> provider() {
        return Optional.of(provider);
    }

    @Override
    public void close() {
        wrapper.close();
    }
}
