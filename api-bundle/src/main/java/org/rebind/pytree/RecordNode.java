package org.rebind.pytree;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.rebind.ArgumentException;
import org.rebind.Tensor;

/** Records: components through their accessors, rebuilt through the canonical constructor. */
final class RecordNode extends NodeKind {
    private final Class<?> type;
    private final List<String> keys;
    private final MethodHandle[] accessors; // (Object)Object
    private final MethodHandle constructor; // (Object[])Object
    private final String inaccessible; // why, or null

    RecordNode(Class<?> type) {
        this.type = type;
        RecordComponent[] components = type.getRecordComponents();
        this.keys = Arrays.stream(components).map(c -> "." + c.getName()).toList();
        MethodHandle[] get = new MethodHandle[components.length];
        MethodHandle make = null;
        String problem = null;
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            for (int i = 0; i < get.length; i++) {
                Method accessor = components[i].getAccessor();
                accessor.setAccessible(true);
                get[i] = lookup.unreflect(accessor).asType(MethodType.methodType(Object.class, Object.class));
            }
            Constructor<?> canonical = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            canonical.setAccessible(true);
            make = lookup.unreflectConstructor(canonical).asFixedArity()
                    .asType(MethodType.genericMethodType(get.length)).asSpreader(Object[].class, get.length);
        } catch (ReflectiveOperationException | RuntimeException e) {
            problem = e.toString();
        }
        this.accessors = get;
        this.constructor = make;
        this.inaccessible = problem;
    }

    @Override
    TreeDef flatten(Object value, Pytrees.Path path, List<Tensor> leaves) {
        if (inaccessible != null) {
            throw new ArgumentException(path + ": the components of record " + type.getTypeName()
                    + " cannot be read (" + inaccessible + "); open its package to Rebind, or Pytrees.register it");
        }
        List<Object> children = new ArrayList<>(accessors.length);
        for (MethodHandle accessor : accessors) {
            children.add(get(accessor, value));
        }
        return inner(type, keys, null, value, children, path, leaves);
    }

    @Override
    int match(TreeDef.Inner def, Object value, Tensor[] into, int at) {
        if (def.type() != type) {
            return -1;
        }
        int next = at;
        for (int i = 0; i < accessors.length && next >= 0; i++) {
            next = Pytrees.match(def.children().get(i), get(accessors[i], value), into, next);
        }
        return next;
    }

    @Override
    Object build(TreeDef.Inner def, Object[] children) {
        try {
            return constructor.invokeExact(children);
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    private static Object get(MethodHandle accessor, Object value) {
        try {
            return accessor.invokeExact(value);
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    /** Throws what the user's record threw, as it is. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> RuntimeException unchecked(Throwable e) throws E {
        throw (E) e;
    }
}
