package org.rebind.backend.opencl.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.rebind.backend.Backend;
import org.rebind.codegen.BinaryCache;
import org.rebind.tck.BackendContract;
import org.rebind.tck.BufferContract;
import org.rebind.tck.ConcurrencyContract;
import org.rebind.tck.FaultContract;
import org.rebind.tck.Fuzzer;
import org.rebind.tck.FuzzContract;
import org.rebind.tck.GoldenContract;
import org.rebind.tck.LifeCycleContract;
import org.rebind.tck.LossContract;
import org.rebind.tck.MemoryContract;
import org.rebind.tck.OperatorContract;
import org.rebind.tck.OptionsContract;
import org.rebind.tck.ReleaseContract;

/**
 * The contract every backend must pass, on the best OpenCL device. {@link OpenClOperatorsTest} and {@link OpenClGoldenTest} are
 * the longest parts of it, so that two processes can share the work.
 */
class OpenClContractTest extends OnDevice implements OptionsContract, BufferContract, ConcurrencyContract, FaultContract,
        MemoryContract, ReleaseContract, LossContract, LifeCycleContract, FuzzContract {
    /** Fewer than other backends try: each is several kernels to compile, a tenth of a second apiece on PoCL. */
    private static final int RANDOM_PROGRAMS = 40;

    @Test
    void everyPartOfTheContractRunsOnce() {
        List<Class<?>> parts = new ArrayList<>(List.of(getClass().getInterfaces()));
        parts.addAll(List.of(OperatorContract.class, GoldenContract.class)); // of the two other classes
        assertEquals(Set.of(BackendContract.class.getInterfaces()), new HashSet<>(parts));
        assertEquals(BackendContract.class.getInterfaces().length, parts.size(), "none twice: " + parts);
    }

    @Override
    public int fuzzCount() {
        return Fuzzer.count(RANDOM_PROGRAMS);
    }

    @Override
    public OptionalLong liveBuffers() {
        return OptionalLong.of(((OpenClDevice) backend.device()).pool().blocksInUse());
    }

    @Override
    public Optional<Backend> limited(long bytes) {
        Settings s = TestDevices.settings(null);
        return Optional.of(another(new Settings(bytes, 0, s.binaryCache(), null, "")));
    }

    /** Lost as every device is in the end: closed while others use it. */
    @Override
    public Optional<Losable> losable() {
        OpenClBackend b = another(TestDevices.settings(null));
        return Optional.of(new Losable(b, ((OpenClDevice) b.device())::close));
    }

    private static OpenClBackend another(Settings settings) {
        return new OpenClBackend("opencl", TestDevices.open(settings), new BinaryCache(settings.binaryCache()));
    }
}
