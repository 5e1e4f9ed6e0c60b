package org.rebind.backend.opencl.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rebind.DType;
import org.rebind.backend.BackendException;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.HostBuffer;

@Tag("oclgrind")
@ExtendWith(OclgrindLog.class)
class BuffersTest {
    private static OpenClDevice open(MemoryMode mode) {
        DeviceFacts facts = TestDevices.facts();
        TestDevices.skipUnless(mode != MemoryMode.SHARED || facts.sharedMemory(),
                facts.name() + " has no fine-grained shared memory");
        return new OpenClDevice(facts, TestDevices.settings(mode));
    }

    @ParameterizedTest
    @EnumSource(MemoryMode.class)
    void whatIsUploadedComesBack(MemoryMode mode) {
        OpenClDevice device = open(mode);
        try {
            for (DType dtype : DType.values()) {
                for (int n : new int[] {0, 1, 13, 4099}) {
                    HostBuffer host = random(dtype, n);
                    try (DeviceBuffer b = device.upload(host)) {
                        assertEquals(n, b.elementCount());
                        assertEquals(dtype, b.dtype());
                        assertArrayEquals(bits(host), bits(b.toHost()), mode + " " + dtype + " x " + n);
                        assertArrayEquals(bits(host), bits(b.toHost()), "a second time");
                    }
                }
            }
            assertEquals(device.pool().pooledBytes(), device.pool().allocatedBytes(), "all blocks are back");
        } finally {
            device.close();
        }
        assertEquals(0, device.pool().allocatedBytes());
    }

    @Test
    void arraysLongerThanTheBufferAreFine() {
        OpenClDevice device = open(null);
        try (DeviceBuffer b = device.upload(HostBuffer.wrap(DType.INT32, new int[] {1, 2, 3, 4}, 2))) {
            assertArrayEquals(new int[] {1, 2}, b.toHost().ints());
        } finally {
            device.close();
        }
    }

    @Test
    void closingTwiceGivesBackOnce() {
        OpenClDevice device = open(null);
        try {
            DeviceBuffer b = device.upload(random(DType.FLOAT32, 100));
            b.close();
            long pooled = device.pool().pooledBytes();
            b.close();
            assertEquals(pooled, device.pool().pooledBytes());
            BackendException e = assertThrows(BackendException.class, b::toHost);
            assertTrue(e.getMessage().contains("used after it was closed"), e.getMessage());
        } finally {
            device.close();
        }
    }

    @Test
    void outOfMemorySaysSoAndTheDeviceStaysUsable() {
        OpenClDevice device = new OpenClDevice(TestDevices.facts(), new Settings(1 << 20, 0, null, null, ""));
        try {
            List<DeviceBuffer> held = new ArrayList<>();
            BackendException e = assertThrows(BackendException.class, () -> {
                for (int i = 0; i < 100; i++) {
                    held.add(device.upload(random(DType.FLOAT32, 16_384)));
                }
            });
            assertEquals(BackendException.Kind.OUT_OF_MEMORY, e.kind());
            assertEquals(16, held.size(), "64 KiB each in 1 MiB");
            held.forEach(DeviceBuffer::close);
            device.upload(random(DType.FLOAT32, 100_000)).close();
        } finally {
            device.close();
        }
    }

    @Test
    void afterCloseEverythingIsDeviceLost() {
        OpenClDevice device = open(null);
        DeviceBuffer b = device.upload(random(DType.FLOAT32, 10));
        device.close();
        device.close();
        assertEquals(BackendException.Kind.DEVICE_LOST, assertThrows(BackendException.class, b::toHost).kind());
        assertEquals(BackendException.Kind.DEVICE_LOST, assertThrows(BackendException.class,
                () -> device.upload(random(DType.FLOAT32, 10))).kind());
        b.close();
    }

    private static HostBuffer random(DType dtype, int n) {
        Random r = new Random(n + dtype.ordinal());
        HostBuffer b = HostBuffer.allocate(dtype, n);
        for (int i = 0; i < n; i++) {
            switch (dtype) {
                case FLOAT32 -> b.floats()[i] = Float.intBitsToFloat(r.nextInt());
                case FLOAT64 -> b.doubles()[i] = Double.longBitsToDouble(r.nextLong());
                case INT32 -> b.ints()[i] = r.nextInt();
                case INT64 -> b.longs()[i] = r.nextLong();
                case BOOL -> b.bytes()[i] = (byte) r.nextInt(2);
                case FLOAT16, BFLOAT16 -> b.shorts()[i] = (short) r.nextInt();
            }
        }
        return b;
    }

    private static long[] bits(HostBuffer b) {
        long[] bits = new long[b.elementCount()];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = switch (b.dtype()) {
                case FLOAT32 -> Float.floatToRawIntBits(b.floats()[i]);
                case FLOAT64 -> Double.doubleToRawLongBits(b.doubles()[i]);
                default -> ((Number) Array.get(b.array(), i)).longValue();
            };
        }
        return bits;
    }
}
