package org.rebind.tracer.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction1;
import org.rebind.CompiledFunction2;
import org.rebind.DType;
import org.rebind.EntryStats;
import org.rebind.Tensor;

/** Entries, their order and their end. */
class EvictionTest {
    private final CountingBackend backend = new CountingBackend();

    private CompiledFunction1<Tensor, Tensor> function(int most) {
        return backend.functions().compile((Tensor x) -> x.add(1), CompileOptions.builder().maxCacheSize(most).build());
    }

    private static Tensor ones(int n) {
        return Tensor.ones(DType.FLOAT32, n);
    }

    private static List<String> shapes(CompiledFunction1<?, ?> f) {
        return f.entries().stream().map(EntryStats::signature).map(s -> s.replaceAll("[^0-9]*32|[^0-9]", "")).toList();
    }

    @Test
    void theLeastRecentlyUsedEntryGoes() {
        var f = function(3);
        for (int n : new int[] {1, 2, 3}) {
            f.apply(ones(n));
        }
        assertEquals(List.of("1", "2", "3"), shapes(f));
        f.apply(ones(1));
        assertEquals(List.of("2", "3", "1"), shapes(f));
        f.apply(ones(4));
        assertEquals(List.of("3", "1", "4"), shapes(f));
        f.apply(ones(3));
        f.apply(ones(3));
        f.apply(ones(2));
        assertEquals(List.of("4", "3", "2"), shapes(f));
        assertEquals(5, f.stats().misses());
        assertEquals(3, f.stats().hits());
        assertEquals(3, f.stats().cacheSize());
    }

    @Test
    void exactlyLikeAReferenceLru() {
        var f = function(4);
        java.util.Random random = new java.util.Random(3);
        var reference = new java.util.LinkedHashMap<Integer, Boolean>(16, 0.75f, true);
        for (int i = 0; i < 400; i++) {
            int n = 1 + random.nextInt(7);
            f.apply(ones(n));
            reference.put(n, true);
            if (reference.size() > 4) {
                reference.remove(reference.keySet().iterator().next());
            }
            assertEquals(reference.keySet().stream().map(String::valueOf).toList(), shapes(f));
        }
        assertEquals(400, f.stats().hits() + f.stats().misses());
    }

    @Test
    void aBoundBelowOneIsAnError() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> CompileOptions.builder().maxCacheSize(0).build())
                .getMessage().contains("expected at least 1, got 0"));
        var f = function(1);
        f.apply(ones(1));
        f.apply(ones(2));
        f.apply(ones(1));
        assertEquals(3, f.stats().misses());
        assertEquals(1, f.stats().cacheSize());
    }

    @Test
    void anEvictedExecutableClosesAfterItsLastRunningCall() throws InterruptedException {
        var f = function(1);
        f.apply(ones(1));
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        backend.onExecute = () -> {
            if (inside.getCount() > 0) {
                inside.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
        Thread running = new Thread(() -> f.apply(ones(1)));
        running.start();
        inside.await();
        f.apply(ones(2)); // evicts what the other thread runs
        assertEquals(2, backend.open.get());
        go.countDown();
        running.join();
        Await.until("the evicted executable closes", () -> backend.open.get() == 1);
        assertEquals(0, backend.closedWhileRunning.get());
    }

    @Test
    void clearCacheDropsAllEntriesAndCompilesAgain() {
        var f = function(8);
        f.apply(ones(1));
        f.apply(ones(2));
        f.clearCache();
        assertEquals(0, f.stats().cacheSize());
        assertEquals(List.of(), f.entries());
        Await.until("executables close", () -> backend.open.get() == 0);
        f.apply(ones(1));
        assertEquals(3, f.stats().misses());
        assertEquals(1, f.stats().cacheSize());
    }

    @Test
    void clearCacheLooksAtCapturedStateAgain() {
        Tensor[] weight = {Tensor.scalar(1f)};
        var f = backend.functions().compile((Tensor x) -> x.add(weight[0]), CompileOptions.DEFAULT);
        assertEquals(3.0, f.apply(Tensor.scalar(2f)).item());
        f.clearCache();
        weight[0] = Tensor.scalar(5f);
        assertEquals(7.0, f.apply(Tensor.scalar(2f)).item());
    }

    @Test
    void guardsMakeEntriesThatAreEvictedToo() {
        CompiledFunction2<Tensor, Tensor, Tensor> f = backend.functions().compile((Tensor x, Tensor y) -> x.mul(x.size(0)).add(y),
                CompileOptions.builder().maxCacheSize(2).dynamicDim(0, 0, "n").build());
        for (int n = 1; n <= 5; n++) {
            assertEquals(n + 1.0, f.apply(ones(n), Tensor.scalar(1f)).max().item());
        }
        assertEquals(2, f.stats().cacheSize());
        assertEquals(5, f.stats().misses());
        Await.until("evicted executables close", () -> backend.open.get() == 2);
    }

    @Test
    void aFailedCompilationLeavesNoEntry() {
        var f = function(4);
        backend.onCompile = () -> {
            throw new OutOfMemoryError("pretended");
        };
        // the runtime goes to the interpreter when a backend cannot compile
        assertEquals(2.0, f.apply(Tensor.scalar(1f)).item());
        backend.onCompile = () -> { };
        assertEquals(0, backend.open.get());
    }
}
