package org.rebind.benchmarks.program;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.rebind.CompiledFunction1;
import org.rebind.Rebind;
import org.rebind.Tensor;
import org.rebind.benchmarks.Contender;
import org.rebind.benchmarks.Contenders;
import org.rebind.benchmarks.workload.Workload;
import org.rebind.benchmarks.workload.Workloads;

/**
 * One compiled function called by one thread, by two and by four, in turn in one JVM, so that what its compiler and the machine do
 * to all of them is not counted: {@code calls workload}, or {@code signatures n}, whose calls go through n signatures in turn, so
 * that the last key never equals. Prints {@code callers microseconds bytes}, of a call of one thread, one line a window.
 */
public final class Callers {
    private static final int[] CALLERS = {1, 2, 4};
    private static final long WINDOW_MS = 200;
    private static final int WARM_WINDOWS = 16;
    private static final int WARM_ROUNDS = 4;
    private static final int ROUNDS = 9;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final ExecutorService pool = Executors.newCachedThreadPool();
    private final IntConsumer call;
    private volatile boolean stop;

    private Callers(IntConsumer call) {
        this.call = call;
    }

    /** Of a window: time and Java bytes a call of one thread. */
    private record Window(double micros, double bytes) {
    }

    /** What one thread did. */
    private record Share(long calls, long bytes) {
    }

    public static void main(String[] args) throws ExecutionException, InterruptedException {
        Callers c = new Callers(args[0].equals("calls") ? calls(args[1]) : signatures(Integer.parseInt(args[1])));
        for (int i = 0; i < WARM_WINDOWS; i++) {
            c.window(1); // which leaves the JVM's compiler a processor
        }
        for (int round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
            for (int callers : CALLERS) {
                Window w = c.window(callers);
                if (round >= WARM_ROUNDS) {
                    System.out.printf(Locale.ROOT, "%d %.4f %.1f%n", callers, w.micros, w.bytes);
                }
            }
        }
        System.exit(0);
    }

    private static IntConsumer calls(String id) {
        Workload workload = Workloads.of(id);
        Contender.Prepared prepared = Contenders.of("rebind").prepare(workload, Runtime.getRuntime().availableProcessors());
        workload.check("rebind", prepared.read(prepared.call()));
        return i -> prepared.release(prepared.call());
    }

    private static IntConsumer signatures(int n) {
        CompiledFunction1<Tensor, Tensor> function = Rebind.compiler().compile((Tensor x) -> x.mul(2f).add(1f));
        Tensor[] arguments = new Tensor[n];
        for (int i = 0; i < n; i++) {
            float[] x = new float[i + 1];
            x[i] = i;
            arguments[i] = Tensor.of(x);
            float got = function.apply(arguments[i]).toFloatArray()[i];
            if (got != 2f * i + 1) {
                throw new IllegalStateException("signature " + i + ": got " + got);
            }
        }
        return i -> function.apply(arguments[i % n]);
    }

    private Window window(int callers) throws ExecutionException, InterruptedException {
        stop = false;
        List<Callable<Share>> work = IntStream.range(0, callers).mapToObj(i -> (Callable<Share>) this::share).toList();
        long start = System.nanoTime();
        List<Future<Share>> shares = work.stream().map(pool::submit).toList();
        Thread.sleep(WINDOW_MS);
        double micros = (System.nanoTime() - start) / 1e3;
        stop = true;
        long calls = 0;
        long bytes = 0;
        for (Future<Share> share : shares) {
            calls += share.get().calls;
            bytes += share.get().bytes;
        }
        return new Window(callers * micros / calls, (double) bytes / calls);
    }

    private Share share() {
        long before = threads.getCurrentThreadAllocatedBytes();
        int calls = 0;
        while (!stop) {
            call.accept(calls++);
        }
        return new Share(calls, threads.getCurrentThreadAllocatedBytes() - before);
    }
}
