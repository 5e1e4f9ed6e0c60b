package org.rebind.tracer.internal.dispatch;

import java.util.List;
import org.rebind.Tensor;
import org.rebind.TensorType;

/** A cheap hash of an argument, equal for arguments of equal signature; it need not tell all others apart. */
final class ArgumentHash {
    private ArgumentHash() {
    }

    /** @param dynamic whether the argument has dynamic dims, whose sizes must not count */
    static int of(Object argument, boolean dynamic) {
        if (argument instanceof Tensor t) {
            TensorType type = t.type();
            return 31 * (type.dtype().ordinal() + 1) + (dynamic ? type.shape().rank() : type.shape().hashCode());
        } else if (argument == null) {
            return 1;
        } else if (argument instanceof List<?> list) {
            return 17 * list.size();
        } else if (argument instanceof Integer || argument instanceof Long || argument instanceof Double
                || argument instanceof Float || argument instanceof Boolean || argument instanceof String) {
            return argument.getClass().hashCode() ^ argument.hashCode();
        }
        return 0;
    }
}
