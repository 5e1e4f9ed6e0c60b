package org.rebind.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.rebind.CompiledFunction1;
import org.rebind.Rebind;
import org.rebind.Tensor;

/** The cache of signatures: calls that go through all of a function's signatures in turn, so that the last key never equals. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Lookup {
    @Param("16")
    public int signatures;

    private CompiledFunction1<Tensor, Tensor> function;
    private Tensor[] arguments;

    /** Where a thread is in the round. */
    @State(Scope.Thread)
    public static class Position {
        private int next;
    }

    @Setup
    public void setup() {
        function = Rebind.compiler().compile((Tensor x) -> x.mul(2f).add(1f));
        arguments = new Tensor[signatures];
        for (int i = 0; i < signatures; i++) {
            float[] x = new float[i + 1];
            x[i] = i;
            arguments[i] = Tensor.of(x);
            float got = function.apply(arguments[i]).toFloatArray()[i];
            if (got != 2f * i + 1) {
                throw new IllegalStateException("signature " + i + ": got " + got);
            }
        }
    }

    @Benchmark
    public Tensor call(Position position) {
        position.next = position.next + 1 == arguments.length ? 0 : position.next + 1;
        return function.apply(arguments[position.next]);
    }
}
