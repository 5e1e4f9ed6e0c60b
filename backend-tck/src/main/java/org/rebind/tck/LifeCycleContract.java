package org.rebind.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendProvider;
import org.rebind.backend.Discovery;

/** A provider may be asked again, and what it found may be closed at any time. See {@link Subject#provider}. */
public interface LifeCycleContract extends Subject {
    @Test
    @DisplayName("discovered twice: the same names, both work side by side, and closing one leaves the other alone")
    default void discoveredTwice() {
        BackendProvider p = theProvider();
        Discovery first = p.discover();
        Discovery second = p.discover();
        try {
            assertEquals(names(first), names(second), "what the second discovery found");
            first.declined().forEach(d -> assertFalse(d.reason().isBlank(), d.name() + " is declined without a reason"));
            first.backends().forEach(SmallGraphs::works);
            second.backends().forEach(SmallGraphs::works);
            first.backends().forEach(Backend::close);
            second.backends().forEach(SmallGraphs::works);
            SmallGraphs.works(backend());
        } finally {
            second.backends().forEach(Backend::close);
        }
        first.backends().forEach(Backend::close); // a second time does no harm
        SmallGraphs.works(backend());
    }

    @Test
    @DisplayName("discovered and closed at once, by many threads, used or not: no exception and no threads left")
    default void discoveredAndClosed() throws Exception {
        BackendProvider p = theProvider();
        p.discover().backends().forEach(Backend::close);
        int before = Thread.activeCount();
        ConcurrencyContract.together(t -> {
            for (Backend b : p.discover().backends()) {
                if (t % 2 == 0) {
                    SmallGraphs.works(b);
                }
                b.close();
            }
        });
        SmallGraphs.works(backend());
        int after = Thread.activeCount();
        for (int i = 0; i < 1500 && after > before + 4; i++) { // threads take a moment to end
            Thread.sleep(20);
            after = Thread.activeCount();
        }
        assertTrue(after <= before + 4, "threads grew from " + before + " to " + after + " over "
                + ConcurrencyContract.THREADS + " discoveries, all closed");
    }

    @Test
    @DisplayName("the class loader is let go once everything is closed")
    default void classLoader() throws Exception {
        WeakReference<ClassLoader> loader = usedAndDropped(theProvider().getClass());
        for (int i = 0; i < 600 && loader.get() != null; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertTrue(loader.get() == null, "the class loader of a closed backend cannot be collected: something holds one of"
                + " its classes (a static of a library, a thread, a ThreadLocal, a shutdown hook, a driver callback)");
    }

    /** The backend with its classes loaded anew, used and closed. */
    private WeakReference<ClassLoader> usedAndDropped(Class<?> provider) throws Exception {
        ClassLoader loader = FreshLoader.of(provider);
        BackendProvider p;
        try {
            p = (BackendProvider) loader.loadClass(provider.getName()).getConstructor().newInstance();
        } catch (NoSuchMethodException e) {
            Assumptions.abort("the provider " + provider.getName() + " has no public constructor without arguments");
            throw e;
        }
        assertTrue(p.getClass() != (Class<?>) provider, "loaded anew");
        Discovery found = p.discover();
        Assumptions.assumeFalse(found.backends().isEmpty(), () -> "loaded a second time it finds no device: "
                + found.declined());
        found.backends().forEach(SmallGraphs::works);
        found.backends().forEach(Backend::close);
        return new WeakReference<>(loader);
    }

    private static List<String> names(Discovery d) {
        return d.backends().stream().map(Backend::name).sorted().toList();
    }

    private BackendProvider theProvider() {
        return provider().orElseGet(() -> {
            Assumptions.abort("no provider of " + backend().name() + " is known (see Subject.provider)");
            return null;
        });
    }
}
