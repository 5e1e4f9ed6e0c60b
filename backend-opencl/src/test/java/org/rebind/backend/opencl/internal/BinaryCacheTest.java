package org.rebind.backend.opencl.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rebind.codegen.BinaryCache;

class BinaryCacheTest {
    private static final String KEY = "ab".repeat(32);
    private static final String SOURCE = "__kernel void one(__global int *x) { x[get_global_id(0)] = 1; }\n";

    @TempDir
    Path folder;

    @Test
    void whatIsStoredIsLoaded() {
        BinaryCache cache = new BinaryCache(folder.resolve("made/when/needed"));
        assertNull(cache.load(KEY));
        cache.store(KEY, new byte[] {1, 2, 3});
        assertArrayEquals(new byte[] {1, 2, 3}, cache.load(KEY));
        cache.store(KEY, new byte[] {4});
        assertArrayEquals(new byte[] {4}, cache.load(KEY));
    }

    @Test
    void anyFlippedByteAndAnyCutIsNoticedAndDeleted() throws IOException {
        BinaryCache cache = new BinaryCache(folder);
        cache.store(KEY, new byte[] {1, 2, 3});
        Path file = onlyFile();
        byte[] good = Files.readAllBytes(file);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x10;
            Files.write(file, bad);
            assertNull(cache.load(KEY), "byte " + i);
            assertFalse(Files.exists(file), "byte " + i);
        }
        for (int n = 0; n < good.length; n++) {
            Files.write(file, java.util.Arrays.copyOf(good, n));
            assertNull(cache.load(KEY), "cut to " + n);
        }
    }

    @Test
    void aFileOfAnotherKeyIsNotTaken() throws IOException {
        BinaryCache cache = new BinaryCache(folder);
        cache.store(KEY, new byte[] {1});
        String other = "cd".repeat(32);
        Files.move(onlyFile(), folder.resolve(other + ".bin"));
        assertNull(cache.load(other));
    }

    @Test
    void aFolderThatCannotBeWrittenCostsNothingButTime() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        BinaryCache cache = new BinaryCache(file.resolve("below"));
        cache.store(KEY, new byte[] {1});
        assertNull(cache.load(KEY));
    }

    @Test
    void theKeyKnowsSourceOptionsDeviceAndDriver() {
        DeviceFacts facts = TestDevices.facts();
        String key = facts.binaryKey("a", "b");
        assertEquals(key, facts.binaryKey("a", "b"));
        assertNotEquals(key, facts.binaryKey("ab", ""));
        assertNotEquals(key, facts.binaryKey("a", "c"));
        assertNotEquals(key, facts.withDriver(facts.driver() + "x").binaryKey("a", "b"));
    }

    @Test
    void aProgramComesFromTheCacheTheSecondTimeAndIsRebuiltWhenStale() throws IOException {
        BinaryCache cache = new BinaryCache(folder);
        OpenClDevice device = TestDevices.open(TestDevices.settings(null));
        try {
            try (Program first = Program.build(device, SOURCE, cache)) {
                assertFalse(first.isFromCache());
                first.store(cache);
                assertTrue(first.byteSize() > 0);
            }
            try (Program second = Program.build(device, SOURCE, cache)) {
                assertTrue(second.isFromCache());
                runOne(device, second);
            }
            // A sound file whose content the driver refuses: as after an update that kept its version.
            cache.store(device.facts().binaryKey(SOURCE, device.facts().buildOptions()), "no binary".getBytes());
            try (Program third = Program.build(device, SOURCE, cache)) {
                assertFalse(third.isFromCache());
                runOne(device, third);
            }
            assertNull(cache.load(device.facts().binaryKey(SOURCE, device.facts().buildOptions())), "the stale file is gone");
        } finally {
            device.close();
        }
    }

    private static void runOne(OpenClDevice device, Program program) {
        KernelSet kernels = new KernelSet(program, List.of("one"));
        Block out = device.pool().takeIdle(16);
        device.compute().lock.lock();
        try {
            kernels.enqueue(device.compute().handle(), new Launch("one", new int[] {0}, new int[0], new long[] {4},
                    new long[] {1}), new Block[] {out}, false);
        } finally {
            device.compute().lock.unlock();
        }
        device.compute().finish();
        kernels.close();
        try (OpenClBuffer b = new OpenClBuffer(device, org.rebind.DType.INT32, 4, out, null)) {
            assertArrayEquals(new int[] {1, 1, 1, 1}, b.toHost().ints());
        }
    }

    private Path onlyFile() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertEquals(1, all.size(), all.toString());
            return all.get(0);
        }
    }
}
