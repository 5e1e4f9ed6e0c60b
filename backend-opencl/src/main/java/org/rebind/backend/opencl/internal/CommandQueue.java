package org.rebind.backend.opencl.internal;

import static org.bytedeco.opencl.global.OpenCL.*;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.opencl._cl_command_queue;
import org.bytedeco.opencl._cl_context;
import org.bytedeco.opencl._cl_device_id;
import org.bytedeco.opencl._cl_event;

/**
 * An in-order queue and what was last submitted to it. Commands of one submission are queued under {@link #lock}, so
 * that the last submission's event covers all before it. The lock is never held while waiting for the device.
 */
final class CommandQueue {
    /** So many submissions may be under way; the next waits for the oldest, so that events do not pile up. */
    private static final int MAX_PENDING = 1024;

    final ReentrantLock lock = new ReentrantLock();
    private final _cl_command_queue queue;
    private final ArrayDeque<Submission> pending = new ArrayDeque<>(); // guarded by lock
    private volatile Submission last;
    private volatile int pendingCount;

    CommandQueue(_cl_context context, _cl_device_id device) {
        try (IntPointer status = new IntPointer(1)) {
            queue = create(context, device, status);
            Status.check(status.get(), "clCreateCommandQueue");
        }
    }

    /** With the call of OpenCL 1.2, which every driver has. */
    @SuppressWarnings("deprecation")
    private static _cl_command_queue create(_cl_context context, _cl_device_id device, IntPointer status) {
        return clCreateCommandQueue(context, device, 0, status);
    }

    _cl_command_queue handle() {
        return queue;
    }

    /** The newest submission, null if there is none under way. */
    Submission last() {
        Submission s = last;
        return s == null || s.isOver() ? null : s;
    }

    /** Notes what was queued and starts it; the caller holds {@link #lock}. */
    void submitted(Submission s) {
        last = s;
        pending.addLast(s);
        Status.check(clFlush(queue), "clFlush");
        while (!pending.isEmpty() && pending.peekFirst().poll()) {
            pending.removeFirst();
        }
        pendingCount = pending.size();
    }

    /** Queues a wait for those that run on the transfer queue; the caller holds {@link #lock}. */
    void waitForTransfers(List<Submission> submissions) {
        List<_cl_event> events = null;
        for (Submission s : submissions) {
            _cl_event e = s.isTransfer() ? s.retain() : null;
            if (e != null) {
                events = events == null ? new ArrayList<>() : events;
                events.add(e);
            }
        }
        if (events != null) {
            barrier(events);
        }
    }

    private void barrier(List<_cl_event> events) {
        try (PointerPointer<_cl_event> list = new PointerPointer<>(events.size())) {
            for (int i = 0; i < events.size(); i++) {
                list.put(i, events.get(i));
            }
            Status.check(clEnqueueBarrierWithWaitList(queue, events.size(), list, null), "clEnqueueBarrierWithWaitList");
        } finally {
            events.forEach(e -> clReleaseEvent(e));
        }
    }

    /** Waits for everything queued. */
    void finish() {
        clFinish(queue);
    }

    /** Waits while too much is under way; called before queueing, without the lock. */
    void throttle() {
        if (pendingCount >= MAX_PENDING) {
            clFinish(queue);
        }
    }

    /** Runs everything queued to its end and releases the queue. */
    void close() {
        clFinish(queue);
        lock.lock();
        try {
            pending.forEach(Submission::poll);
            pending.clear();
        } finally {
            lock.unlock();
        }
        clReleaseCommandQueue(queue);
    }
}
