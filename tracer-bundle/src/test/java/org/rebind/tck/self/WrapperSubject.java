package org.rebind.tck.self;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendProvider;
import org.rebind.tck.Subject;

/** A wrapper, mutated or not, with everything the kit may ask its author for. */
final class WrapperSubject implements Subject, AutoCloseable {
    private final Supplier<? extends Wrapper> maker;
    private final BackendProvider provider;
    private final Wrapper wrapper;

    WrapperSubject(Supplier<? extends Wrapper> maker, BackendProvider provider) {
        this.maker = maker;
        this.provider = provider;
        this.wrapper = maker.get();
    }

    @Override
    public Backend backend() {
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
