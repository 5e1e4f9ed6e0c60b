package org.rebind.backend.opencl.internal;

import static org.bytedeco.opencl.global.OpenCL.*;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.rebind.DType;
import org.rebind.backend.Backend;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.HostBuffer;

/**
 * Starts the backend, moves 1 MiB there and back, and stops it, many times: the program {@link StartStopTest} runs in a JVM
 * of its own. Prints what there is after every twentieth part of the cycles.
 */
final class StartStopCycles {
    /** What is printed each time: KiB of memory that are resident, Java threads, threads. */
    record Count(long residentKilobytes, int threads, long nativeThreads) {
        static Count now() throws IOException {
            System.gc();
            return new Count(status("VmRSS:"), Thread.activeCount(), status("Threads:"));
        }

        static Count parse(String line) {
            String[] numbers = line.split(" ");
            return new Count(Long.parseLong(numbers[0]), Integer.parseInt(numbers[1]), Long.parseLong(numbers[2]));
        }

        private static long status(String key) throws IOException {
            String line = Files.readAllLines(Path.of("/proc/self/status")).stream().filter(l -> l.startsWith(key)).findFirst()
                    .orElseThrow();
            return Long.parseLong(line.replaceAll("\\D", ""));
        }

        @Override
        public String toString() {
            return residentKilobytes + " " + threads + " " + nativeThreads;
        }
    }

    static final int COUNTS = 20;
    private static final int ELEMENTS = 1 << 18;

    private StartStopCycles() {
    }

    /** Arguments: how many cycles; whether each leaves a buffer of 1 MiB behind. */
    public static void main(String[] args) throws IOException {
        int cycles = Integer.parseInt(args[0]);
        boolean leave = Boolean.parseBoolean(args[1]);
        for (int i = 1; i <= cycles; i++) {
            cycle(i, leave);
            if (i % (cycles / COUNTS) == 0) {
                System.out.println(Count.now());
            }
        }
        String broken = ProcessGuards.verify();
        if (!broken.isEmpty()) {
            throw new AssertionError(broken);
        }
    }

    private static void cycle(int i, boolean leave) {
        Backend backend = TestDevices.backend(TestDevices.settings(null));
        float[] x = new float[ELEMENTS];
        x[i] = i;
        DeviceBuffer b = backend.device().upload(HostBuffer.wrap(DType.FLOAT32, x, x.length));
        if (b.toHost().floats()[i] != i) {
            throw new AssertionError("element " + i + " is " + b.toHost().floats()[i]);
        }
        if (leave) {
            leaveBufferBehind((OpenClDevice) backend.device());
        }
        if (i % 2 == 0) {
            b.close(); // the others are lost with their device
        }
        backend.close();
    }

    private static void leaveBufferBehind(OpenClDevice device) {
        try (BytePointer content = new BytePointer(4 * ELEMENTS); IntPointer status = new IntPointer(1)) {
            clCreateBuffer(device.context(), CL_MEM_COPY_HOST_PTR, content.capacity(), content, status);
            Status.check(status.get(), "clCreateBuffer");
        }
    }
}
