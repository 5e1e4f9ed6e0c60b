package org.rebind;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What stands behind the static methods of {@link Tensor} and {@link Rebind}: provided by the tracer bundle, as an OSGi
 * service or through {@link java.util.ServiceLoader}. Users do not call it. Thread-safe; a thread that is tracing gets
 * traced tensors.
 */
@ProviderType
public interface Engine {
    Compiler compiler();

    /**
     * @param shape null for one axis of the array's length
     * @param array a flat Java array of the dtype (boolean[] for bool), copied, or a {@link ByteBuffer}
     */
    Tensor tensor(DType dtype, Shape shape, Object array);

    /** See {@link Tensor#ofNested}. */
    Tensor nested(Object nested);

    Tensor full(Number value, DType dtype, Shape shape);

    Tensor arange(Number start, Number stop, Number step, DType dtype);

    Tensor arange(Dim stop, DType dtype);

    Tensor hannWindow(int length, boolean periodic);

    Tensor where(Tensor condition, Tensor a, Tensor b);

    Tensor concatenate(int axis, List<Tensor> tensors);

    Tensor stack(int axis, List<Tensor> tensors);

    /**
     * Tells whether two dims are the same size in the call that this thread is tracing, and makes the answer a guard; null
     * outside of a trace.
     */
    BiPredicate<Dim, Dim> sizesOfTrace();

    /** See {@link Rebind#onTrace}. */
    void onTrace(Runnable effect);

    /** See {@link Rebind#onExecute}. */
    void onExecute(List<Tensor> tensors, Consumer<List<Tensor>> effect);
}
