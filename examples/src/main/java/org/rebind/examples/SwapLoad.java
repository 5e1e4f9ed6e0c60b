package org.rebind.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction2;
import org.rebind.Rebind;
import org.rebind.Tensor;

/**
 * The load of {@link SwapDemo}, inside the container: threads that call one compiled function and check each result.
 * Seen from outside as a function from commands to numbers, of JDK types only: {@code sample} gives what happened since
 * the last sample, {@code stop} ends the threads.
 */
public final class SwapLoad implements Function<String, Map<String, Object>> {
    private static final float TOLERANCE = 1e-4f;

    private final CompiledFunction2<Tensor, Tensor, Tensor> layer;
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong wrong = new AtomicLong();
    private final AtomicLong longest = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();
    private final Tensor x;
    private final Tensor w;
    private final float[] expected;
    private volatile boolean stop;

    /** @param backend name of the one to run on while it is there @param threads that call @param size of the square matrices */
    public SwapLoad(String backend, int threads, int size) {
        layer = Rebind.compiler().compile((Tensor x, Tensor w) -> x.matmul(w).tanh().softmax(-1),
                CompileOptions.builder().name("swap-demo").backend(backend).build());
        Random random = new Random(1);
        x = Tensor.of(values(random, size * size), size, size);
        w = Tensor.of(values(random, size * size), size, size);
        expected = layer.apply(x, w).toFloatArray();
        for (int i = 0; i < threads; i++) {
            Thread t = new Thread(this::call, "swap-demo-load-" + i);
            t.setDaemon(true);
            this.threads.add(t);
            t.start();
        }
    }

    private static float[] values(Random random, int n) {
        float[] v = new float[n];
        for (int i = 0; i < n; i++) {
            v[i] = random.nextFloat() - 0.5f;
        }
        return v;
    }

    private void call() {
        while (!stop) {
            long start = System.nanoTime();
            try {
                float[] y = layer.apply(x, w).toFloatArray();
                long took = System.nanoTime() - start;
                longest.accumulateAndGet(took, Math::max);
                calls.incrementAndGet();
                if (differs(y)) {
                    wrong.incrementAndGet();
                }
            } catch (RuntimeException | Error e) { // what the demo is there to show: this does not happen
                failed.incrementAndGet();
                System.err.println("call failed: " + e);
            }
        }
    }

    private boolean differs(float[] y) {
        for (int i = 0; i < y.length; i++) {
            if (!(Math.abs(y[i] - expected[i]) <= TOLERANCE)) {
                return true;
            }
        }
        return y.length != expected.length;
    }

    @Override
    public Map<String, Object> apply(String command) {
        if (command.equals("stop")) {
            stop = true;
            for (Thread t : threads) {
                join(t);
            }
        }
        return Map.of("calls", calls.getAndSet(0), "failed", failed.get(), "wrong", wrong.get(),
                "longest", longest.getAndSet(0), "backend", layer.entries().get(0).backend());
    }

    private static void join(Thread t) {
        try {
            t.join(5000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
