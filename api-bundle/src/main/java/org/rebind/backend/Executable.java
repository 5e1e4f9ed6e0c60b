package org.rebind.backend;

import java.util.List;
import org.rebind.KernelSource;

/**
 * A graph compiled for one device. Owned by whoever compiled it. {@link #execute} may run in any number of threads at
 * once; {@link #close} is called once, after the last execute has returned.
 */
public interface Executable extends AutoCloseable {
    /**
     * Runs the graph.
     *
     * @param inputs one buffer a parameter, on this executable's device (or host buffers, where the device works on
     *     host memory); lent for the call, host buffers {@linkplain HostBuffer#retain retained}
     * @param symbols the numbers of {@code graph.symbols()}, in order; the graph's guards hold for them
     * @return one buffer a result, owned by the caller; a result that is a parameter is returned as that very buffer,
     *     and equal results may be the same buffer; a host buffer may come from a pool. Work may still be queued: reading
     *     waits for it
     * @throws BackendException of kind EXECUTE, OUT_OF_MEMORY or DEVICE_LOST; nothing is left half done and all
     *     memory taken for the call is given back
     */
    DeviceBuffer[] execute(DeviceBuffer[] inputs, long[] symbols);

    /** The kernels in launch order, with their source; library calls have no source and say what they call. */
    List<KernelSource> kernels();

    /** Bytes of device memory that intermediates of one call take at the sizes of its last call, 0 if none ran. */
    default long scratchBytes() {
        return 0;
    }

    /** Bytes this executable itself holds (code, packed constants), for caches sized by bytes. */
    default long byteSize() {
        return 0;
    }

    @Override
    void close();
}
