package org.rebind.tracer.internal.tensor;

import java.lang.System.Logger.Level;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.rebind.backend.BackendException;
import org.rebind.backend.Device;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.HostBuffer;

/**
 * One device's memory while its backend is here: owns the buffers of tensors that live there, frees them when their
 * tensors are unreachable, and evacuates them when the backend departs. After {@link #depart} and {@link #evacuate}
 * nothing here refers to the backend any more.
 *
 * <p>Whoever touches a buffer is counted in {@link #calls} and has looked at {@link #isDeparted} after being counted.
 */
public final class Home {
    private static final System.Logger LOG = System.getLogger(Home.class.getName());

    private final String name;
    private final InFlight calls = new InFlight();
    private final Set<Resident> residents = ConcurrentHashMap.newKeySet();
    private final ReferenceQueue<ConcreteTensor> unreachable = new ReferenceQueue<>();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder open = new LongAdder(); // buffers admitted and not yet closed, whoever closes them
    private volatile Device device;
    private volatile boolean departed;
    private volatile boolean evacuated;

    /** @param name for logs */
    public Home(String name, Device device) {
        this.name = name;
        this.device = device;
    }

    public InFlight calls() {
        return calls;
    }

    public boolean isDeparted() {
        return departed;
    }

    /** From now on nobody begins to use this device. */
    public void depart() {
        departed = true;
    }

    /** Buffers alive here. */
    public int bufferCount() {
        return residents.size();
    }

    /** Bytes of the buffers alive here. */
    public long bufferBytes() {
        return bytes.sum();
    }

    /**
     * Whether every buffer that ever was here has been closed. After {@link #evacuate} some may be in the hands of
     * threads that are about to close them; once true then, it stays true.
     */
    public boolean isEmpty() {
        return open.sum() == 0;
    }

    /** Uploads for the caller to own; {@code host} itself where the device works on host memory. */
    DeviceBuffer upload(HostBuffer host) {
        return device.upload(host);
    }

    /** A place here for a copy of this tensor's values, to be {@linkplain #admit admitted} when the tensor knows it. */
    Resident place(ConcreteTensor tensor, DeviceBuffer buffer) {
        return new Resident(tensor, unreachable, this, buffer);
    }

    /**
     * Takes over the place's buffer. The tensor must have the place in its list already: whoever makes room takes an
     * admitted place that its tensor does not list for one that was given up. Called while counted in {@link #calls}.
     *
     * @throws BackendException if the device is gone; the buffer closes after the calls that may have found it
     */
    void admit(Resident r) {
        freeSome(2); // at the pace at which new ones come
        calls.advanceIfWaiting();
        open.increment();
        bytes.add(r.buffer.byteSize());
        residents.add(r);
        if (evacuated) { // this call has outlived the departure's patience
            freeAfterCalls(r);
            throw new BackendException(BackendException.Kind.DEVICE_LOST, name + " went away during the call");
        }
    }

    /** Frees buffers whose tensors are unreachable; called while counted in {@link #calls}. */
    public void freeUnreachable() {
        freeSome(Integer.MAX_VALUE);
    }

    private void freeSome(int most) {
        for (int i = 0; i < most; i++) {
            Reference<? extends ConcreteTensor> r = unreachable.poll();
            if (r == null) {
                return;
            }
            free((Resident) r);
        }
    }

    /** Closes the buffer, unless somebody did. */
    void free(Resident r) {
        if (residents.remove(r)) {
            bytes.add(-r.buffer.byteSize());
            try {
                r.buffer.close();
            } catch (RuntimeException | Error e) {
                LOG.log(Level.WARNING, "{0}: closing a buffer failed: {1}", name, e.toString());
            } finally {
                open.decrement();
            }
        }
    }

    /** Closes the buffer when the calls that may use it have ended. */
    void freeAfterCalls(Resident r) {
        calls.afterCalls(() -> free(r));
    }

    /**
     * Moves every tensor that lives here to the host, to make room; the memory is given back when the calls that may
     * use it have ended. Called while counted in {@link #calls}.
     *
     * @param afterCalls runs an action after the calls in flight
     */
    public void evict(Consumer<Runnable> afterCalls) {
        freeUnreachable();
        for (Resident r : residents) {
            ConcreteTensor tensor = r.get();
            if (tensor == null || tensor.moveToHost(r)) {
                afterCalls.accept(() -> free(r));
            }
        }
    }

    /**
     * Copies the values that are only here to the host, so that nobody who needs them waits for the calls that keep
     * this device busy. Called after {@link #depart} and before {@link #evacuate}.
     */
    public void rescue() {
        for (Resident r : residents) {
            ConcreteTensor tensor = r.get();
            int token = calls.enter();
            try {
                if (tensor != null) {
                    tensor.copyToHost(r);
                }
            } finally {
                calls.exit(token);
            }
        }
    }

    /**
     * Moves every tensor that lives here to the host. Called after {@link #depart}.
     *
     * @param quiet whether all calls have ended; otherwise the buffers close when they do
     */
    public void evacuate(boolean quiet) {
        evacuated = true;
        for (Resident r : residents) {
            ConcreteTensor tensor = r.get();
            if (tensor != null) {
                move(tensor, r);
            }
            if (quiet) {
                free(r);
            } else {
                calls.afterCalls(() -> free(r));
            }
        }
        device = null;
    }

    /** Counted, so that the tensor's release does not close the buffer under the reading. */
    private void move(ConcreteTensor tensor, Resident r) {
        int token = calls.enter();
        try {
            if (!tensor.moveToHost(r)) {
                tensor.lose(r, name);
            }
        } finally {
            calls.exit(token);
        }
    }
}
