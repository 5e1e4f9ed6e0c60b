package org.rebind.benchmarks;

import java.util.List;
import java.util.function.Supplier;
import org.rebind.CompiledFunction;
import org.rebind.Compiler;
import org.rebind.Rebind;
import org.rebind.Tensor;
import org.rebind.benchmarks.workload.Array;
import org.rebind.benchmarks.workload.RebindForm;
import org.rebind.benchmarks.workload.Workload;

/** Rebind, op by op or compiled. */
record RebindContender(String name, boolean compiled) implements Contender {
    static final Contender EAGER = new RebindContender("eager", false);
    static final Contender REBIND = new RebindContender("rebind", true);

    @Override
    public Prepared prepare(Workload workload, int threads) {
        Tensor[] in = new Tensor[workload.inputs().size()];
        for (int i = 0; i < in.length; i++) {
            Array a = workload.inputs().get(i);
            in[i] = Tensor.of(a.data(), a.dims());
        }
        Compiler compiler = Rebind.compiler();
        Supplier<Object> call = compiled ? workload.rebind().compiled(compiler, in) : eager(workload, in);
        return new Ready(call, compiler);
    }

    private static Supplier<Object> eager(Workload workload, Tensor[] in) {
        RebindForm form = workload.rebind();
        return () -> form.eager(in);
    }

    private record Ready(Supplier<Object> body, Compiler compiler) implements Prepared {
        @Override
        public Object call() {
            return body.get();
        }

        @Override
        public void release(Object result) {
            if (result instanceof Tensor t) {
                t.release();
            } else {
                ((List<?>) result).forEach(t -> ((Tensor) t).release());
            }
        }

        @Override
        public float[][] read(Object result) {
            for (CompiledFunction<?> f : compiler.functions()) {
                if (f.stats().fallbacks() > 0) {
                    throw new IllegalStateException(f.name() + " ran eagerly: it would not measure compiled code");
                }
            }
            List<?> tensors = result instanceof List<?> list ? list : List.of(result);
            return tensors.stream().map(t -> ((Tensor) t).toFloatArray()).toArray(float[][]::new);
        }
    }
}
