package org.rebind.tracer.internal;

import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Engine;
import org.rebind.Shape;
import org.rebind.Tensor;
import org.rebind.tracer.internal.tensor.Creation;
import org.rebind.tracer.internal.tensor.Errors;
import org.rebind.tracer.internal.tensor.Joining;
import org.rebind.tracer.internal.tensor.NestedArrays;
import org.rebind.tracer.internal.tensor.Operations;
import org.rebind.tracer.internal.trace.Trace;

/** The part of the engine that makes tensors and declares effects; the compiler is its subclass's. */
public abstract class TensorEngine implements Engine {
    @Override
    public final Tensor tensor(DType dtype, Shape shape, Object array) {
        return Creation.copyOf(dtype, shape, array);
    }

    @Override
    public final Tensor nested(Object nested) {
        return NestedArrays.tensor(nested);
    }

    @Override
    public final Tensor full(Number value, DType dtype, Shape shape) {
        return Creation.full("full", value, dtype, shape);
    }

    @Override
    public final Tensor arange(Number start, Number stop, Number step, DType dtype) {
        return Creation.arange(start, stop, step, dtype);
    }

    @Override
    public final Tensor arange(Dim stop, DType dtype) {
        return Creation.arange(stop, dtype);
    }

    @Override
    public final Tensor hannWindow(int length, boolean periodic) {
        return Creation.hannWindow(length, periodic);
    }

    @Override
    public final Tensor where(Tensor condition, Tensor a, Tensor b) {
        return Joining.where(condition, a, b);
    }

    @Override
    public final Tensor concatenate(int axis, List<Tensor> tensors) {
        return Joining.concatenate(axis, tensors);
    }

    @Override
    public final Tensor stack(int axis, List<Tensor> tensors) {
        return Joining.stack(axis, tensors);
    }

    @Override
    public final BiPredicate<Dim, Dim> sizesOfTrace() {
        Trace trace = Trace.current();
        return trace == null ? null : trace.sizes();
    }

    @Override
    public final void onTrace(Runnable effect) {
        if (effect == null) {
            throw Errors.argument("onTrace: effect is null");
        }
        Trace trace = Trace.current();
        if (trace != null) {
            trace.onTrace(effect);
        } else {
            effect.run();
        }
    }

    @Override
    public final void onExecute(List<Tensor> tensors, Consumer<List<Tensor>> effect) {
        if (effect == null || tensors == null) {
            throw Errors.argument("onExecute: " + (effect == null ? "effect" : "tensors") + " is null");
        }
        tensors.forEach(t -> Operations.own("onExecute", t));
        Trace trace = Trace.current();
        if (trace != null) {
            trace.onExecute(tensors, effect);
        } else {
            effect.accept(tensors);
        }
    }
}
