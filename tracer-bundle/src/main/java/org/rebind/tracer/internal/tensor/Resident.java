package org.rebind.tracer.internal.tensor;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import org.rebind.backend.DeviceBuffer;

/**
 * A tensor's copy on one device: holds the buffer strongly and the tensor weakly, so that the buffer is freed when the
 * tensor is unreachable. The buffer is owned by its {@link Home}, which closes it once.
 */
final class Resident extends WeakReference<ConcreteTensor> {
    final Home home;
    final DeviceBuffer buffer;

    Resident(ConcreteTensor tensor, ReferenceQueue<ConcreteTensor> queue, Home home, DeviceBuffer buffer) {
        super(tensor, queue);
        this.home = home;
        this.buffer = buffer;
    }
}
