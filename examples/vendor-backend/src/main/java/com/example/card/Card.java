package com.example.card;

import java.lang.reflect.Array;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.rebind.DType;
import org.rebind.backend.BackendException;
import org.rebind.backend.Device;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.DeviceKind;
import org.rebind.backend.HostBuffer;

/** The pretend card: memory of its own, of limited size, reached only by copies. Thread-safe. */
final class Card implements Device {
    private final long capacity;
    private final AtomicLong used = new AtomicLong();
    private final AtomicInteger live = new AtomicInteger();
    private volatile boolean lost;

    Card(long capacity) {
        this.capacity = capacity;
    }

    @Override
    public String name() {
        return "Example Card (pretend)";
    }

    @Override
    public DeviceKind kind() {
        return DeviceKind.ACCELERATOR;
    }

    @Override
    public long memoryBytes() {
        return capacity;
    }

    /** Buffers that are not closed. */
    int live() {
        return live.get();
    }

    /** Unplugs the card, for tests. */
    void lose() {
        lost = true;
    }

    private void present() {
        if (lost) {
            throw new BackendException(BackendException.Kind.DEVICE_LOST, "the card does not answer");
        }
    }

    /** A buffer of undefined contents. @throws BackendException OUT_OF_MEMORY if it does not fit now */
    Buffer allocate(DType dtype, int elements) {
        present();
        long bytes = (long) elements * dtype.byteSize();
        if (used.addAndGet(bytes) > capacity) {
            used.addAndGet(-bytes);
            throw new BackendException(BackendException.Kind.OUT_OF_MEMORY, "the card has " + capacity + " bytes, "
                    + used.get() + " in use; " + bytes + " more do not fit");
        }
        live.incrementAndGet();
        return new Buffer(dtype, elements);
    }

    @Override
    public Buffer upload(HostBuffer host) {
        Buffer b = allocate(host.dtype(), host.elementCount());
        System.arraycopy(host.array(), 0, b.cells(), 0, host.elementCount()); // the array may be longer
        return b;
    }

    /** Memory of the card, owned by whoever got it. */
    final class Buffer implements DeviceBuffer {
        private final DType dtype;
        private final int elements;
        private volatile Object cells; // null once closed

        private Buffer(DType dtype, int elements) {
            this.dtype = dtype;
            this.elements = elements;
            this.cells = Array.newInstance(HostBuffer.arrayType(dtype).getComponentType(), elements);
        }

        @Override
        public DType dtype() {
            return dtype;
        }

        @Override
        public int elementCount() {
            return elements;
        }

        /** What kernels work on. */
        Object cells() {
            present();
            Object array = cells;
            if (array == null) {
                throw new BackendException(BackendException.Kind.EXECUTE, "the buffer is closed");
            }
            return array;
        }

        @Override
        public HostBuffer toHost() {
            HostBuffer host = HostBuffer.allocate(dtype, elements);
            System.arraycopy(cells(), 0, host.array(), 0, elements);
            return host;
        }

        @Override
        public synchronized void close() {
            if (cells != null) {
                cells = null;
                used.addAndGet(-byteSize());
                live.decrementAndGet();
            }
        }
    }
}
