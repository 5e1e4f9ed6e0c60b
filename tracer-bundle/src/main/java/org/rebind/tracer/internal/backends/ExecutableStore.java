package org.rebind.tracer.internal.backends;

import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.rebind.backend.BackendException;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.cache.Cache;
import org.rebind.cache.CacheLimits;
import org.rebind.cache.CacheService;
import org.rebind.cache.Lease;
import org.rebind.graph.Graph;
import org.rebind.graph.GraphChecker;

/**
 * The executables of all functions, shared by everybody who has an equal graph: a cache if there is a cache service,
 * otherwise each bound graph compiles its own. Graphs are checked here, on their way to a backend.
 */
final class ExecutableStore {
    private static final System.Logger LOG = System.getLogger(ExecutableStore.class.getName());

    /** Everything that changes the code. Names the backend, and never refers to it. */
    record Key(Graph graph, ExecutableOptions options, String backend, String version, String device, long generation) {
    }

    /** An executable that closes once, and is counted as its slot's until it has. */
    static final class Compiled implements AutoCloseable {
        private final AtomicBoolean closed = new AtomicBoolean();
        private final BackendSlot slot;
        private volatile Executable executable;

        Compiled(Executable executable, BackendSlot slot) {
            this.executable = executable;
            this.slot = slot;
            slot.executables.incrementAndGet();
        }

        Executable executable() {
            return executable;
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                Executable e = executable;
                executable = null;
                try {
                    e.close();
                } catch (RuntimeException | Error failure) { // not the fault of whoever gives it back
                    LOG.log(Level.WARNING, "backend {0}: closing an executable failed: {1}", slot.toString(),
                            Texts.brief(failure));
                } finally {
                    slot.executables.decrementAndGet();
                }
            }
        }
    }

    private volatile Cache<Key, Compiled> cache; // null without a cache service

    /** Takes up a cache service; the first one is enough, as caches outlive their service. */
    synchronized void use(CacheService service, int maxExecutables) {
        if (cache == null) {
            cache = service.create("executables",
                    new CacheLimits<>(maxExecutables, Long.MAX_VALUE, c -> Math.max(0, c.executable().byteSize())));
        }
    }

    /**
     * Leases the executable, compiling if need be. Called while counted in the slot's compiles, and the slot has not
     * departed.
     */
    Lease<Compiled> acquire(BackendSlot slot, Graph graph, ExecutableOptions options) throws Exception {
        Cache<Key, Compiled> c = cache;
        if (c == null) {
            return new Unshared(compile(slot, graph, options));
        }
        Key key = new Key(graph, options, slot.name, slot.version, slot.deviceName, slot.generation);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return c.acquire(key, k -> compile(slot, graph, options));
                } catch (InterruptedException e) {
                    interrupted = true; // the call goes on; its thread keeps the interrupt
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static Compiled compile(BackendSlot slot, Graph graph, ExecutableOptions options) {
        Executable e = slot.backend().compile(GraphChecker.check(graph), options);
        if (e == null) {
            throw new BackendException(BackendException.Kind.COMPILE, slot + ": compile() answered null");
        }
        return new Compiled(e, slot);
    }

    /** Drops what this arrival of a backend has compiled; closes what is not leased. */
    void removeGeneration(long generation) {
        Cache<Key, Compiled> c = cache;
        if (c != null) {
            c.removeIf(k -> k.generation == generation);
        }
    }

    void clear() {
        Cache<Key, Compiled> c = cache;
        if (c != null) {
            c.clear();
        }
    }

    /** The only lease of an executable that is in no cache. */
    private record Unshared(Compiled value) implements Lease<Compiled> {
        Unshared {
            Objects.requireNonNull(value, "value");
        }

        @Override
        public void close() {
            value.close();
        }
    }
}
