package org.rebind.pytree;

import java.util.List;
import java.util.Set;
import org.rebind.ArgumentException;
import org.rebind.Tensor;

/** Values that are part of the structure themselves, if they have value equality. */
final class StaticNode extends NodeKind {
    private final Class<?> type;
    private final String problem; // why its values cannot be part of a signature, or null

    StaticNode(Class<?> type) {
        this.type = type;
        if (type.isArray()) {
            this.problem = "an array of " + type.getComponentType() + " is no tensor and has no value equality; wrap it"
                    + " in a Tensor, for instance Tensor.of(values)";
        } else if (Set.class.isAssignableFrom(type)) {
            this.problem = "a set has no order; use a List or a Map, or Pytrees.register a class of your own";
        } else if (!hasValueEquality(type)) {
            this.problem = (type.isHidden() || type.isSynthetic() ? "a lambda" : type.getTypeName())
                    + " does not override equals, so that equal values cannot be recognised; make it a record or an"
                    + " enum, Pytrees.register it, or capture it instead of passing it";
        } else {
            this.problem = null;
        }
    }

    static boolean hasValueEquality(Class<?> type) {
        if (type == Class.class) {
            return true;
        }
        try {
            return type.getMethod("equals", Object.class).getDeclaringClass() != Object.class;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("every class has equals(Object): " + type, e);
        }
    }

    @Override
    TreeDef flatten(Object value, Pytrees.Path path, List<Tensor> leaves) {
        if (problem != null) {
            throw new ArgumentException(path + ": " + problem);
        }
        return new TreeDef.Static(value);
    }

    @Override
    int match(TreeDef.Inner def, Object value, Tensor[] into, int at) {
        return -1;
    }

    @Override
    public String toString() {
        return type.getTypeName();
    }
}
