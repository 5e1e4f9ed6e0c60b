package org.rebind.tck.self;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendProvider;
import org.rebind.backend.Discovery;
import org.rebind.pretend.PretendBackend;
import org.rebind.tck.BufferContract;
import org.rebind.tck.ConcurrencyContract;
import org.rebind.tck.FaultContract;
import org.rebind.tck.LifeCycleContract;
import org.rebind.tck.LossContract;
import org.rebind.tck.MemoryContract;
import org.rebind.tck.ReleaseContract;

/** The pretend backend of the swap tests keeps the contract it checks the runtime with; it computes as the interpreter. */
class PretendContractTest implements BufferContract, ConcurrencyContract, FaultContract, MemoryContract,
        ReleaseContract, LossContract, LifeCycleContract {
    private static final Map<String, AtomicLong> LEDGER = new ConcurrentHashMap<>();
    private static final Backend BACKEND = new PretendBackend("pretend", 1, LEDGER);

    /** By name, so that it can be loaded anew. */
    public static final class Provider implements BackendProvider {
        @Override
        public String name() {
            return "pretend";
        }

        @Override
        public Discovery discover() {
            return new Discovery(List.of(new PretendBackend("pretend", 1, new ConcurrentHashMap<>())), List.of());
        }
    }

    @Override
    public Backend backend() {
        return BACKEND;
    }

    @Override
    public OptionalLong liveBuffers() {
        return OptionalLong.of(LEDGER.computeIfAbsent("pretend.buffers", k -> new AtomicLong()).get());
    }

    @Override
    public Optional<Backend> limited(long bytes) {
        Map<String, AtomicLong> ledger = new ConcurrentHashMap<>(Map.of("memory", new AtomicLong(bytes)));
        return Optional.of(new PretendBackend("pretend", 1, ledger));
    }

    @Override
    public Optional<Losable> losable() {
        Map<String, AtomicLong> ledger = new ConcurrentHashMap<>(Map.of("lost", new AtomicLong()));
        return Optional.of(new Losable(new PretendBackend("pretend", 1, ledger), () -> ledger.get("lost").set(1)));
    }

    @Override
    public Optional<BackendProvider> provider() {
        return Optional.of(new Provider());
    }
}
