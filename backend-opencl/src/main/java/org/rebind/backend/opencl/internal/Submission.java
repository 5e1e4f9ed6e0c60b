package org.rebind.backend.opencl.internal;

import static org.bytedeco.opencl.global.OpenCL.*;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.opencl._cl_event;
import org.rebind.backend.BackendException;

/**
 * Work handed to a queue: all that was queued there up to its event. Owns the event and releases it once the work is
 * known to be over, so that nothing leaks however many wait, or none. Thread-safe.
 */
final class Submission {
    private final boolean transfer;
    private final ReentrantLock lock = new ReentrantLock();
    private _cl_event event; // null once over; guarded by lock
    private Pointer staging; // host memory the work reads, freed with the event; guarded by lock
    private List<Submission> sources; // what it reads the results of, while that may still fail; guarded by lock
    private String what;
    private int status; // written before over
    private volatile boolean over;

    private Submission(String what, boolean transfer, _cl_event event, Pointer staging, List<Submission> sources) {
        this.what = what;
        this.transfer = transfer;
        this.event = event;
        this.staging = staging;
        this.sources = sources;
    }

    /** @param sources what was under way and makes what the kernels read: where that fails, so do they */
    static Submission ofKernels(String what, _cl_event event, List<Submission> sources) {
        return new Submission(what, false, event, null, sources);
    }

    /** @param staging host memory the transfer reads, owned by the submission from now on; or null */
    static Submission ofTransfer(String what, _cl_event event, Pointer staging) {
        return new Submission(what, true, event, staging, List.of());
    }

    /** Whether this ran on the transfer queue, so that kernels have to wait for it. */
    boolean isTransfer() {
        return transfer;
    }

    boolean isOver() {
        return over;
    }

    /**
     * Returns when the work is over.
     *
     * @throws BackendException if it failed
     */
    void await() {
        if (!over) {
            _cl_event e = retain();
            if (e != null) {
                waitFor(e);
            }
        }
        if (status < 0) {
            throw new BackendException(failureKind(), what + " failed on the device: " + Status.name(status));
        }
    }

    /** Waits without the lock, so that nobody who only asks has to wait too. */
    private void waitFor(_cl_event e) {
        try {
            int waited = clWaitForEvents(1, e);
            int reached = waited == CL_SUCCESS ? CL_COMPLETE : executionStatus(e);
            lock.lock();
            try {
                if (!over) {
                    finish(reached > CL_COMPLETE ? waited : reached);
                }
            } finally {
                lock.unlock();
            }
        } finally {
            clReleaseEvent(e);
        }
    }

    private BackendException.Kind failureKind() {
        return Status.kind(status) == BackendException.Kind.COMPILE ? BackendException.Kind.EXECUTE
                : Status.kind(status);
    }

    /** Whether the work is over, noticing it if so; never blocks. */
    boolean poll() {
        if (!over && lock.tryLock()) {
            try {
                int reached = over ? CL_COMPLETE + 1 : executionStatus(event);
                if (reached <= CL_COMPLETE) {
                    finish(reached);
                }
            } finally {
                lock.unlock();
            }
        }
        return over;
    }

    /**
     * The event, retained for the caller, who releases it after having passed it on; null if the work is over. For wait
     * lists: queues wait for it without the host.
     */
    _cl_event retain() {
        if (over) {
            return null;
        }
        lock.lock();
        try {
            if (!over) {
                clRetainEvent(event);
            }
            return event;
        } finally {
            lock.unlock();
        }
    }

    /** The status of work that whatever came after it has seen the end of. Locks are taken from newer to older work. */
    private int settle() {
        lock.lock();
        try {
            int reached = over ? CL_COMPLETE + 1 : executionStatus(event);
            if (reached <= CL_COMPLETE) {
                finish(reached);
            }
            return status;
        } finally {
            lock.unlock();
        }
    }

    private static int executionStatus(_cl_event event) {
        try (IntPointer value = new IntPointer(1)) {
            int failed = clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, 4, value, null);
            return failed != CL_SUCCESS ? failed : value.get();
        }
    }

    private void finish(int reached) {
        status = reached;
        for (Submission s : sources) {
            if (status >= 0 && s.settle() < 0) {
                status = s.status;
                what = s.what;
            }
        }
        sources = List.of();
        clReleaseEvent(event);
        event = null;
        if (staging != null) {
            staging.close();
            staging = null;
        }
        over = true;
    }

    /** The event an enqueueing call wrote. */
    static _cl_event eventOf(PointerPointer<Pointer> out) {
        return new _cl_event(out.get(0));
    }
}
