package org.rebind.tracer.internal.tensor;

import java.util.ArrayList;
import java.util.List;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.graph.Matmul;
import org.rebind.graph.Relation;
import org.rebind.graph.Reshape;

/** NumPy's matmul on the strict primitive: vectors become matrices, leading axes broadcast. */
final class MatrixProducts {
    private MatrixProducts() {
    }

    static AbstractTensor matmul(AbstractTensor a, AbstractTensor b) {
        if (a.rank() == 0 || b.rank() == 0) {
            throw Errors.shape("matmul: operands have types " + a.type() + " and " + b.type()
                    + ", expected at least one axis each; use mul for scalars");
        }
        DType d = Elementwise.promote("matmul", a.dtype(), b.dtype());
        Dim inner = b.dim(b.rank() == 1 ? 0 : -2);
        if (!a.dim(-1).equals(inner) && !Operations.facts("matmul").holds(a.dim(-1), Relation.EQ, inner)) {
            throw Errors.shape("matmul: operands have shapes " + a.shape() + " and " + b.shape()
                    + ": the last axis of the first has size " + a.dim(-1) + ", the "
                    + (b.rank() == 1 ? "only" : "second last") + " axis of the second " + inner
                    + "; expected equal sizes (see transpose)");
        }
        AbstractTensor left = a.rank() == 1 ? reshape(a, List.of(Dim.of(1), a.dim(0))) : a;
        AbstractTensor right = b.rank() == 1 ? reshape(b, List.of(b.dim(0), Dim.of(1))) : b;
        AbstractTensor product = broadcastBatches(Elementwise.cast("matmul", left, d),
                Elementwise.cast("matmul", right, d));
        List<Dim> dims = new ArrayList<>(product.shape().dims());
        if (b.rank() == 1) {
            dims.remove(dims.size() - 1);
        }
        if (a.rank() == 1) {
            dims.remove(dims.size() - (b.rank() == 1 ? 1 : 2));
        }
        return dims.size() == product.rank() ? product : reshape(product, dims);
    }

    private static AbstractTensor broadcastBatches(AbstractTensor a, AbstractTensor b) {
        if (b.rank() == 2 && a.rank() > 2) {
            return flattened(a, b);
        }
        Shape batch = Elementwise.commonShape("matmul", List.of(leading(a), leading(b)), List.of(a.shape(), b.shape()));
        return Operations.apply("matmul", new Matmul(), expanded(a, batch), expanded(b, batch));
    }

    private static Shape leading(AbstractTensor x) {
        return Shape.of(x.shape().dims().subList(0, x.rank() - 2));
    }

    private static AbstractTensor expanded(AbstractTensor x, Shape batch) {
        List<Dim> dims = new ArrayList<>(batch.dims());
        dims.addAll(x.shape().dims().subList(x.rank() - 2, x.rank()));
        return Elementwise.broadcastTo("matmul", x, Shape.of(dims));
    }

    private static AbstractTensor reshape(AbstractTensor x, List<Dim> dims) {
        return Operations.apply("matmul", new Reshape(Shape.of(dims)), x);
    }

    /** Many matrices by one are a single product of all rows. */
    private static AbstractTensor flattened(AbstractTensor a, AbstractTensor b) {
        List<Dim> dims = new ArrayList<>(a.shape().dims().subList(0, a.rank() - 1));
        Dim rows = Shape.of(dims).elements();
        AbstractTensor product = Operations.apply("matmul", new Matmul(), reshape(a, List.of(rows, a.dim(-1))), b);
        dims.add(b.dim(-1));
        return reshape(product, dims);
    }
}
