package org.rebind.backend.opencl.internal;

import static org.bytedeco.opencl.global.OpenCL.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencl._cl_event;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.rebind.backend.BackendException;

/** Submissions over events the test completes itself. */
class SubmissionTest {
    private OpenClDevice device;

    @BeforeEach
    void open() {
        device = TestDevices.open(TestDevices.settings(null));
    }

    @AfterEach
    void close() {
        if (device != null) {
            device.close();
        }
    }

    private _cl_event event() {
        try (IntPointer status = new IntPointer(1)) {
            _cl_event e = clCreateUserEvent(device.context(), status);
            Status.check(status.get(), "clCreateUserEvent");
            return e;
        }
    }

    @Test
    void anEndIsNoticedWithoutWaiting() {
        _cl_event e = event();
        Submission s = Submission.ofKernels("kernel k", e, List.of());
        assertFalse(s.poll());
        clSetUserEventStatus(e, CL_COMPLETE);
        assertTrue(s.poll());
        assertNull(s.retain());
        s.await();
    }

    @Test
    void aFailureIsToldToEveryoneWhoWaits() {
        _cl_event e = event();
        Submission s = Submission.ofKernels("kernel k", e, List.of());
        clSetUserEventStatus(e, CL_OUT_OF_RESOURCES);
        for (int i = 0; i < 2; i++) {
            BackendException x = assertThrows(BackendException.class, s::await);
            assertTrue(x.getMessage().startsWith("kernel k failed on the device: CL_OUT_OF_RESOURCES"), x.getMessage());
            assertEquals(BackendException.Kind.OUT_OF_MEMORY, x.kind());
        }
    }

    @Test
    void workThatReadsTheResultOfFailedWorkFailsToo() {
        _cl_event first = event();
        _cl_event second = event();
        Submission maker = Submission.ofKernels("kernel maker", first, List.of());
        Submission reader = Submission.ofKernels("kernel reader", second, List.of(maker));
        clSetUserEventStatus(first, CL_OUT_OF_RESOURCES);
        clSetUserEventStatus(second, CL_COMPLETE);
        BackendException x = assertThrows(BackendException.class, reader::await);
        assertTrue(x.getMessage().startsWith("kernel maker failed"), x.getMessage());
    }

    @Test
    void nobodyWaitsForThoseWhoWait() throws Exception {
        _cl_event e = event();
        Submission s = Submission.ofKernels("kernel k", e, List.of());
        CountDownLatch started = new CountDownLatch(1);
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> {
            started.countDown();
            s.await();
        });
        started.await();
        for (int i = 0; i < 1000; i++) {
            assertFalse(s.poll());
            _cl_event mine = s.retain(); // would hang while the other thread waits
            assertNotNull(mine);
            clReleaseEvent(mine);
        }
        clSetUserEventStatus(e, CL_COMPLETE);
        waiting.join();
        assertTrue(s.isOver());
    }
}
