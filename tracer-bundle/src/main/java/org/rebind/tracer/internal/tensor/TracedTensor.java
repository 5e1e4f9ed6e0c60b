package org.rebind.tracer.internal.tensor;

import java.nio.ByteBuffer;
import org.rebind.Dim;
import org.rebind.TensorType;
import org.rebind.tracer.internal.trace.Trace;

/** A value of a graph that is being traced: it has a type and no elements. Lives as long as its trace. */
public final class TracedTensor extends AbstractTensor {
    private final Trace trace;
    private final int value;
    private final TensorType type;

    /** @param value its number within the trace */
    public TracedTensor(Trace trace, int value, TensorType type) {
        this.trace = trace;
        this.value = value;
        this.type = type;
    }

    public Trace trace() {
        return trace;
    }

    public int value() {
        return value;
    }

    @Override
    public TensorType type() {
        return type;
    }

    @Override
    public long size(int axis) {
        Dim d = type.shape().dim(Arguments.axis("size", axis, this));
        return d.isFixed() ? d.value() : own("size").specialise(d, "size(" + axis + ")");
    }

    @Override
    public long elementCount() {
        Dim d = type.shape().elements();
        return d.isFixed() ? d.value() : own("elementCount").specialise(d, "elementCount()");
    }

    /** The trace, if this thread is inside it. */
    private Trace own(String operation) {
        if (Trace.current() != trace) {
            throw Errors.general(leaked(operation));
        }
        return trace;
    }

    public static String leaked(String operation) {
        return operation + ": a tensor of a compiled function was used outside of it, after its trace ended or in another"
                + " thread; return it from the function instead of storing it";
    }

    private ConcreteTensor read(String operation) {
        return own(operation).read(this, operation);
    }

    @Override
    public Object item() {
        return read("item").item();
    }

    @Override
    public double itemDouble() {
        return read("itemDouble").itemDouble();
    }

    @Override
    public long itemLong() {
        return read("itemLong").itemLong();
    }

    @Override
    public boolean itemBoolean() {
        return read("itemBoolean").itemBoolean();
    }

    @Override
    public float[] toFloatArray() {
        return read("toFloatArray").toFloatArray();
    }

    @Override
    public double[] toDoubleArray() {
        return read("toDoubleArray").toDoubleArray();
    }

    @Override
    public int[] toIntArray() {
        return read("toIntArray").toIntArray();
    }

    @Override
    public long[] toLongArray() {
        return read("toLongArray").toLongArray();
    }

    @Override
    public boolean[] toBooleanArray() {
        return read("toBooleanArray").toBooleanArray();
    }

    @Override
    public void copyTo(ByteBuffer target) {
        read("copyTo").copyTo(target);
    }

    /** Nothing: compiled code plans its own memory. */
    @Override
    public void release() {
        own("release");
    }

    /** Reads values, but for what identity and types alone decide. */
    @Override
    public boolean equals(Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof AbstractTensor t) || t.dtype() != dtype() || t.rank() != rank()) {
            return false;
        }
        return read("equals").equals(t instanceof TracedTensor o ? o.read("equals") : t);
    }

    @Override
    public int hashCode() {
        return read("hashCode").hashCode();
    }

    /** The type alone. */
    @Override
    public String toString() {
        return "traced " + type;
    }
}
