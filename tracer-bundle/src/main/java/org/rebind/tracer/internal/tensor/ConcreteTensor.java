package org.rebind.tracer.internal.tensor;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.rebind.ArgumentException;
import org.rebind.DType;
import org.rebind.ReleasedException;
import org.rebind.TensorType;
import org.rebind.backend.BackendException;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.HostBuffer;
import org.rebind.tracer.internal.trace.Trace;

/**
 * A tensor that has its values: on the host, on devices, or both. Immutable to its users; where the values lie changes
 * underneath: a first read copies them to the host, a first use on a device uploads them there and is remembered, a
 * departing device sends them back. Thread-safe without locks: new places are added before old ones go.
 *
 * <p>{@link #release} is written before the places are taken away, and looked at by whoever has just added one: so a
 * place is taken away by one of the two, whichever comes last.
 */
public final class ConcreteTensor extends AbstractTensor {
    /**
     * A result of at most so many bytes leaves its device when it is read: most are read and dropped, and would fill the
     * device with garbage until the collector runs; another use there uploads it again, cheaply.
     */
    private static final long SMALL = 1 << 16;
    private static final Resident[] NOWHERE = {};
    private static final VarHandle RESIDENTS;

    static {
        try {
            RESIDENTS = MethodHandles.lookup().findVarHandle(ConcreteTensor.class, "residents", Resident[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final TensorType type;
    private volatile HostBuffer host; // null until it is read from a device
    private volatile Resident[] residents; // copies on devices, mostly none or one; never changed in place
    private volatile String lost; // why the values are gone; null while they are not
    private volatile boolean released;

    private ConcreteTensor(TensorType type, HostBuffer host) {
        this.type = type;
        this.host = host;
        this.residents = NOWHERE;
    }

    /**
     * A tensor with these elements on the host; takes the buffer, whose array must not change any more.
     *
     * @param type of fixed shape
     */
    public static ConcreteTensor of(TensorType type, HostBuffer host) {
        check(type, host);
        return new ConcreteTensor(type, host);
    }

    /**
     * A tensor with the buffer that a device at this home has made, known to fit the type; the home takes the buffer.
     * Called while counted in the home's calls.
     */
    public static ConcreteTensor ofChecked(TensorType type, DeviceBuffer buffer, Home home) {
        if (buffer instanceof HostBuffer h) {
            return new ConcreteTensor(type, h);
        }
        ConcreteTensor t = new ConcreteTensor(type, null);
        Resident r = home.place(t, buffer);
        t.residents = new Resident[] {r};
        home.admit(r);
        return t;
    }

    private static void check(TensorType type, DeviceBuffer buffer) {
        if (buffer.dtype() != type.dtype() || buffer.elementCount() != type.shape().elementCount()) {
            throw new ArgumentException("buffer: expected elements of " + type + ", got " + buffer.elementCount() + " of "
                    + buffer.dtype());
        }
    }

    @Override
    public TensorType type() {
        return type;
    }

    @Override
    public long size(int axis) {
        return type.shape().size(Arguments.axis("size", axis, this));
    }

    @Override
    public long elementCount() {
        return type.shape().elementCount();
    }

    /**
     * The elements on the host, read from a device if need be, {@linkplain HostBuffer#retain retained} for the caller; the
     * array must not be changed. Waits while a departing device sends them back; so not to be called while counted in
     * some home's calls.
     *
     * @throws BackendException if the device was lost with the values
     * @throws ReleasedException if this tensor was released
     */
    public HostBuffer borrow() {
        HostBuffer h = host;
        if (h == null) {
            h = read();
        }
        if (h.retain()) {
            return h;
        }
        checkReleased();
        throw new IllegalStateException("the backend that made this " + type + " tensor has closed its buffer");
    }

    /** The elements on the host if they are there, retained for the caller; null otherwise. */
    public HostBuffer borrowIfThere() {
        HostBuffer h = host;
        return h != null && h.retain() ? h : null;
    }

    /** A tensor of another type with the same elements in the same memory; null if they are not on the host. */
    public ConcreteTensor sharing(TensorType other) {
        HostBuffer h = borrowIfThere();
        if (h == null) {
            return null;
        }
        try {
            return of(other, h.share());
        } finally {
            h.release();
        }
    }

    /** Whether the elements are on the host now. */
    public boolean isOnHost() {
        return host != null;
    }

    /** @throws ReleasedException if this tensor was released */
    private void checkReleased() {
        if (released) {
            throw new ReleasedException("the values of this " + type + " tensor were given back by release(); release a tensor"
                    + " after its last use, and after that of compiled functions that have captured it");
        }
    }

    @Override
    public void release() {
        if (Trace.current() != null) {
            return; // not part of the function's result, and not to happen once a trace instead of once a call
        }
        released = true;
        takeHost();
        if (residents != NOWHERE) {
            for (Resident r : (Resident[]) RESIDENTS.getAndSet(this, NOWHERE)) {
                r.home.freeAfterCalls(r);
            }
        }
    }

    /** By more than one at once, if they come together: closing is idempotent. */
    private void takeHost() {
        HostBuffer h = host;
        if (h != null) {
            host = null;
            h.close();
        }
    }

    /** Remembers a copy on the host. */
    private HostBuffer keep(HostBuffer copy) {
        host = copy;
        if (released) {
            takeHost();
        }
        return copy;
    }

    /** Whether the elements can be used there without reading them back from another device first. */
    public boolean isAtHand(Home home) {
        HostBuffer h = borrowIfThere(); // a backend may have closed it: then borrow says so
        if (h != null) {
            h.release();
            return true;
        }
        for (Resident r : residents) {
            if (r.home == home) {
                return true;
            }
        }
        return false;
    }

    private HostBuffer read() {
        Throwable failure = null;
        while (true) {
            Resident[] places = residents;
            boolean leaving = false;
            for (Resident r : places) {
                HostBuffer read = null;
                int token = r.home.calls().enter();
                try {
                    if (r.home.isDeparted()) {
                        leaving = true;
                    } else if (lives(r)) {
                        read = keep(toHost(r));
                    }
                } catch (RuntimeException | Error e) { // a device that leaves may still send the values another way
                    failure = e;
                } finally {
                    r.home.calls().exit(token);
                }
                if (read != null) {
                    if (r.buffer.byteSize() <= SMALL) {
                        leave(r);
                        r.home.freeAfterCalls(r);
                    }
                    return read;
                }
            }
            HostBuffer h = host; // set before a place is given up
            if (h != null) {
                return h;
            }
            checkReleased();
            if (places.length == 0) {
                throw new BackendException(BackendException.Kind.DEVICE_LOST, lost);
            }
            if (failure != null && !leaving) {
                if (failure instanceof Error e) {
                    throw e;
                }
                throw (RuntimeException) failure;
            }
            LockSupport.parkNanos(50_000); // the device that departs is sending the values
        }
    }

    private HostBuffer toHost(Resident r) {
        HostBuffer h = r.buffer.toHost();
        check(type, h);
        return h;
    }

    private boolean lives(Resident r) {
        for (Resident other : residents) {
            if (other == r) {
                return true;
            }
        }
        return false;
    }

    /**
     * The elements on that device: there already, or uploaded now from the host and remembered. Null if the elements
     * are on another device only, or released: {@link #borrow} must be called first, outside the call. The home keeps the
     * buffer; a host buffer is retained for the caller. Called while counted in the home's calls.
     */
    public DeviceBuffer on(Home home) {
        for (Resident r : residents) {
            if (r.home == home) {
                return r.buffer;
            }
        }
        HostBuffer h = borrowIfThere();
        if (h == null) {
            return null;
        }
        DeviceBuffer buffer = null;
        try {
            buffer = upload(h, home);
        } finally {
            if (buffer != h) {
                h.release();
            }
        }
        return buffer;
    }

    private DeviceBuffer upload(HostBuffer h, Home home) {
        DeviceBuffer buffer = home.upload(h);
        if (buffer == h) {
            return h;
        }
        Resident mine = home.place(this, buffer);
        DeviceBuffer faster = settle(mine);
        if (faster != null) {
            buffer.close();
            return faster;
        }
        try {
            home.admit(mine);
        } catch (BackendException e) {
            leave(mine);
            throw e;
        }
        if (released) {
            leave(mine);
            home.freeAfterCalls(mine); // this call may go on
        }
        return buffer;
    }

    /** Adds a place, unless another thread has added one at that home. @return the other's buffer, or null */
    private DeviceBuffer settle(Resident mine) {
        while (true) {
            Resident[] old = residents;
            for (Resident r : old) {
                if (r.home == mine.home) {
                    return r.buffer;
                }
            }
            Resident[] more = Arrays.copyOf(old, old.length + 1);
            more[old.length] = mine;
            if (RESIDENTS.compareAndSet(this, old, more)) {
                return null;
            }
        }
    }

    /** Copies the values from this place if they are not on the host; it keeps them. Counted in the home's calls. */
    void copyToHost(Resident r) {
        if (host == null && lives(r)) {
            try {
                keep(toHost(r));
            } catch (RuntimeException | Error e) {
                lost = e.toString(); // tried again when the place is given up
            }
        }
    }

    /** Gives up a place after reading it. Counted in the home's calls. @return whether nobody needs the place any more */
    boolean moveToHost(Resident r) {
        if (host == null && lives(r)) {
            try {
                keep(toHost(r));
            } catch (RuntimeException | Error e) { // whatever it is, the device goes on leaving
                lost = e.toString();
                return false;
            }
        }
        leave(r);
        return true;
    }

    /** Gives up a place that cannot be read. */
    void lose(Resident r, String device) {
        lost = "the values of this " + type + " tensor were on " + device + ", which went away and could not be read: "
                + lost;
        leave(r);
    }

    private void leave(Resident r) {
        while (true) {
            Resident[] old = residents;
            Resident[] fewer = Arrays.stream(old).filter(x -> x != r).toArray(Resident[]::new);
            if (fewer.length == old.length
                    || RESIDENTS.compareAndSet(this, old, fewer.length == 0 ? NOWHERE : fewer)) {
                return;
            }
        }
    }

    @Override
    public Object item() {
        HostBuffer h = single("item");
        try {
            return first(h);
        } finally {
            h.release();
        }
    }

    private Object first(HostBuffer h) {
        return switch (type.dtype()) {
            case FLOAT32 -> (double) h.floats()[0];
            case FLOAT64 -> h.doubles()[0];
            case INT32 -> (long) h.ints()[0];
            case INT64 -> h.longs()[0];
            case BOOL -> h.bytes()[0] != 0;
            case FLOAT16 -> (double) Float16.toFloat(h.shorts()[0]);
            case BFLOAT16 -> (double) Float.intBitsToFloat(h.shorts()[0] << 16);
        };
    }

    @Override
    public double itemDouble() {
        Object value = item();
        if (value instanceof Boolean) {
            throw Errors.dtype("itemDouble: expected a floating or integer tensor, got " + type
                    + "; use itemBoolean()");
        }
        return ((Number) value).doubleValue();
    }

    @Override
    public long itemLong() {
        Object value = item();
        if (value instanceof Double) {
            throw Errors.dtype("itemLong: expected an integer or bool tensor, got " + type
                    + "; use itemDouble(), or cast(DType.INT64) first");
        }
        return value instanceof Boolean b ? b ? 1 : 0 : (Long) value;
    }

    @Override
    public boolean itemBoolean() {
        Object value = item();
        if (!(value instanceof Boolean b)) {
            throw Errors.dtype("itemBoolean: expected a bool tensor, got " + type + "; compare it first, for"
                    + " instance ne(0)");
        }
        return b;
    }

    private HostBuffer single(String operation) {
        if (elementCount() != 1) {
            throw Errors.shape(operation + ": expected a tensor of exactly one element, got " + type
                    + "; reduce or index it first");
        }
        return borrow();
    }

    @Override
    public float[] toFloatArray() {
        return copy(DType.FLOAT32, "toFloatArray", h -> Arrays.copyOf(h.floats(), h.elementCount()));
    }

    @Override
    public double[] toDoubleArray() {
        return copy(DType.FLOAT64, "toDoubleArray", h -> Arrays.copyOf(h.doubles(), h.elementCount()));
    }

    @Override
    public int[] toIntArray() {
        return copy(DType.INT32, "toIntArray", h -> Arrays.copyOf(h.ints(), h.elementCount()));
    }

    @Override
    public long[] toLongArray() {
        return copy(DType.INT64, "toLongArray", h -> Arrays.copyOf(h.longs(), h.elementCount()));
    }

    @Override
    public boolean[] toBooleanArray() {
        return copy(DType.BOOL, "toBooleanArray", h -> {
            boolean[] out = new boolean[h.elementCount()];
            for (int i = 0; i < out.length; i++) {
                out[i] = h.bytes()[i] != 0;
            }
            return out;
        });
    }

    private <A> A copy(DType expected, String operation, Function<HostBuffer, A> copy) {
        if (type.dtype() != expected) {
            throw Errors.dtype(operation + ": expected a " + expected + " tensor, got " + type
                    + "; cast it first: cast(DType." + expected.name() + ")");
        }
        return reading(copy);
    }

    /** What the function makes of the elements; it must not keep the buffer. */
    <A> A reading(Function<HostBuffer, A> read) {
        HostBuffer h = borrow();
        try {
            return read.apply(h);
        } finally {
            h.release();
        }
    }

    @Override
    public void copyTo(ByteBuffer target) {
        Arguments.notNull("copyTo", "target", target);
        reading(h -> {
            copy(h, target);
            return null;
        });
    }

    private void copy(HostBuffer h, ByteBuffer target) {
        int n = h.elementCount();
        long bytes = h.byteSize();
        if (target.remaining() < bytes) {
            throw new ArgumentException("copyTo: expected a buffer with at least " + bytes + " bytes remaining for " + type
                    + ", got " + target.remaining());
        }
        switch (type.dtype()) {
            case FLOAT32 -> target.asFloatBuffer().put(h.floats(), 0, n);
            case FLOAT64 -> target.asDoubleBuffer().put(h.doubles(), 0, n);
            case INT32 -> target.asIntBuffer().put(h.ints(), 0, n);
            case INT64 -> target.asLongBuffer().put(h.longs(), 0, n);
            case FLOAT16, BFLOAT16 -> target.asShortBuffer().put(h.shorts(), 0, n);
            case BOOL -> target.duplicate().put(h.bytes(), 0, n);
        }
        target.position(target.position() + (int) bytes);
    }

    @Override
    public boolean equals(Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof ConcreteTensor t)) {
            // a traced tensor decides what a comparison with it means
            return other instanceof AbstractTensor && other.equals(this);
        }
        return type.equals(t.type) && reading(mine -> t.reading(its -> HostValues.equal(mine, its)));
    }

    @Override
    public int hashCode() {
        return 31 * type.hashCode() + reading(HostValues::hash);
    }

    @Override
    public String toString() {
        return released ? "released " + type : reading(h -> ArrayPrinter.print(type, h));
    }
}
