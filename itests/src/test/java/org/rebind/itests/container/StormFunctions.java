package org.rebind.itests.container;

import java.util.ArrayList;
import java.util.List;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction2;
import org.rebind.Compiler;
import org.rebind.DType;
import org.rebind.Tensor;

/** Twenty different functions of two float32 tensors of [4, 6]. */
final class StormFunctions {
    private StormFunctions() {
    }

    static List<CompiledFunction2<Tensor, Tensor, Tensor>> compile(Compiler c, CompileOptions o) {
        List<CompiledFunction2<Tensor, Tensor, Tensor>> all = new ArrayList<>();
        all.add(c.compile((Tensor x, Tensor y) -> x.add(y), o));
        all.add(c.compile((Tensor x, Tensor y) -> x.mul(y).add(1), o));
        all.add(c.compile((Tensor x, Tensor y) -> x.sub(y).tanh(), o));
        all.add(c.compile((Tensor x, Tensor y) -> x.mul(2).add(y.exp()), o));
        all.add(c.compile((Tensor x, Tensor y) -> x.softmax(-1).add(y), o));
        all.add(c.compile((Tensor x, Tensor y) -> x.layerNorm(1e-5).mul(y), o));
        all.add(c.compile((Tensor x, Tensor y) -> x.matmul(y.transpose()), o));
        all.add(c.compile((Tensor x, Tensor y) -> x.sum(true, 1).mul(y), o));
        all.add(c.compile((Tensor x, Tensor y) -> x.mean(0).add(y), o));
        all.add(c.compile((Tensor x, Tensor y) -> x.max(1), o));
        all.add(c.compile((Tensor x, Tensor y) -> x.relu().sub(y.sigmoid()), o));
        all.add(c.compile((Tensor x, Tensor y) -> x.transpose().matmul(y).sum(), o));
        all.add(c.compile((Tensor x, Tensor y) -> Tensor.where(x.gt(y), x, y.neg()), o));
        all.add(c.compile((Tensor x, Tensor y) -> Tensor.concatenate(0, x, y), o));
        all.add(c.compile((Tensor x, Tensor y) -> x.reshape(6, 4).add(y.reshape(6, 4)), o));
        all.add(c.compile((Tensor x, Tensor y) -> x.argmax(1).cast(DType.FLOAT32), o));
        all.add(c.compile((Tensor x, Tensor y) -> x.cumsum(1).minimum(y), o));
        all.add(c.compile((Tensor x, Tensor y) -> x.square().add(y.square()).sqrt(), o));
        all.add(c.compile((Tensor x, Tensor y) -> x.gelu().maximum(y), o));
        all.add(c.compile((Tensor x, Tensor y) -> x.flip(0).slice(1, 1, 5).abs(), o));
        return all;
    }
}
