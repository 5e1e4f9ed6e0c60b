package org.rebind.benchmarks.workload;

import java.util.function.Supplier;
import org.rebind.CompiledFunction1;
import org.rebind.CompiledFunction2;
import org.rebind.CompiledFunction3;
import org.rebind.CompiledFunction4;
import org.rebind.Compiler;
import org.rebind.Function1;
import org.rebind.Function2;
import org.rebind.Function3;
import org.rebind.Function4;
import org.rebind.Tensor;

/** A workload as a user of Rebind writes it, to be run op by op or compiled. Results are tensors or lists of tensors. */
public interface RebindForm {
    Object eager(Tensor[] in);

    /** A call of the compiled function on these inputs. */
    Supplier<Object> compiled(Compiler compiler, Tensor[] in);

    static RebindForm of(Function1<Tensor, ?> f) {
        return new RebindForm() {
            @Override
            public Object eager(Tensor[] in) {
                return f.apply(in[0]);
            }

            @Override
            public Supplier<Object> compiled(Compiler compiler, Tensor[] in) {
                CompiledFunction1<Tensor, ?> g = compiler.compile(f);
                Tensor a = in[0];
                return () -> g.apply(a);
            }
        };
    }

    static RebindForm of(Function2<Tensor, Tensor, ?> f) {
        return new RebindForm() {
            @Override
            public Object eager(Tensor[] in) {
                return f.apply(in[0], in[1]);
            }

            @Override
            public Supplier<Object> compiled(Compiler compiler, Tensor[] in) {
                CompiledFunction2<Tensor, Tensor, ?> g = compiler.compile(f);
                Tensor a = in[0];
                Tensor b = in[1];
                return () -> g.apply(a, b);
            }
        };
    }

    static RebindForm of(Function3<Tensor, Tensor, Tensor, ?> f) {
        return new RebindForm() {
            @Override
            public Object eager(Tensor[] in) {
                return f.apply(in[0], in[1], in[2]);
            }

            @Override
            public Supplier<Object> compiled(Compiler compiler, Tensor[] in) {
                CompiledFunction3<Tensor, Tensor, Tensor, ?> g = compiler.compile(f);
                Tensor a = in[0];
                Tensor b = in[1];
                Tensor c = in[2];
                return () -> g.apply(a, b, c);
            }
        };
    }

    static RebindForm of(Function4<Tensor, Tensor, Tensor, Tensor, ?> f) {
        return new RebindForm() {
            @Override
            public Object eager(Tensor[] in) {
                return f.apply(in[0], in[1], in[2], in[3]);
            }

            @Override
            public Supplier<Object> compiled(Compiler compiler, Tensor[] in) {
                CompiledFunction4<Tensor, Tensor, Tensor, Tensor, ?> g = compiler.compile(f);
                Tensor a = in[0];
                Tensor b = in[1];
                Tensor c = in[2];
                Tensor d = in[3];
                return () -> g.apply(a, b, c, d);
            }
        };
    }
}
