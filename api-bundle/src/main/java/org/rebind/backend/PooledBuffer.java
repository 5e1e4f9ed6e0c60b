package org.rebind.backend;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import org.rebind.DType;

/** A host buffer whose array goes back to a pool. See {@link HostBuffer#pooled}. */
final class PooledBuffer extends HostBuffer {
    private static final VarHandle CLOSED;

    static {
        try {
            CLOSED = MethodHandles.lookup().findVarHandle(PooledBuffer.class, "closed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Memory memory;
    @SuppressWarnings("unused") // through CLOSED
    private volatile boolean closed;

    /** @param memory with a count for this buffer */
    PooledBuffer(DType dtype, int elementCount, Memory memory) {
        super(dtype, memory.array, elementCount);
        this.memory = memory;
    }

    @Override
    public HostBuffer share() {
        if (!memory.retain()) {
            throw new BackendException(BackendException.Kind.EXECUTE, this + " was shared after it was closed");
        }
        return new PooledBuffer(dtype(), elementCount(), memory);
    }

    @Override
    public boolean retain() {
        return memory.retain();
    }

    @Override
    public void release() {
        memory.release();
    }

    @Override
    public void close() {
        if (CLOSED.compareAndSet(this, false, true)) {
            memory.release();
        }
    }

    /** An array and how many buffers and readers have it. Once the count is 0 it stays 0: an array in use again has another. */
    static final class Memory {
        private static final VarHandle COUNT;

        static {
            try {
                COUNT = MethodHandles.lookup().findVarHandle(Memory.class, "count", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private final Object array;
        private final WeakReference<Pool> pool;
        private volatile int count = 1;

        Memory(Object array, Pool pool) {
            this.array = array;
            this.pool = new WeakReference<>(pool);
        }

        boolean retain() {
            for (int c = count; c > 0; c = count) {
                if (COUNT.compareAndSet(this, c, c + 1)) {
                    return true;
                }
            }
            return false;
        }

        void release() {
            int before = (int) COUNT.getAndAdd(this, -1);
            if (before == 1) {
                Pool p = pool.get();
                if (p != null) {
                    p.takeBack(array);
                }
            } else if (before <= 0) {
                throw new IllegalStateException("a host buffer was released more often than retained");
            }
        }
    }
}
