package org.rebind.tracer.internal.effects;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * What a lambda may run that is not serializable and so does not tell. Its class is hidden, but is named after the class
 * whose code made it; the places there that make a lambda of this interface with these captured types are what it can be,
 * mostly one.
 */
final class HiddenLambda {
    /** By the lambda's class; handles are texts, so neither keeps the other's loader alive. */
    private static final Map<Class<?>, List<Handle>> HANDLES = Collections.synchronizedMap(new WeakHashMap<>());

    private HiddenLambda() {
    }

    /** All that the object may run; empty if it is no such lambda, or its class file cannot be read. */
    static List<LambdaView> of(Object function) {
        Class<?> type = function.getClass();
        if (!type.isHidden() || !type.isSynthetic()) {
            return List.of();
        }
        List<Handle> handles = handles(type);
        Optional<List<Object>> captured = handles.isEmpty() ? Optional.empty() : captured(function);
        return captured.map(values -> handles.stream().map(h -> new LambdaView(h.getOwner(), h.getName(), h.getDesc(),
                h.getTag(), values)).toList()).orElse(List.of());
    }

    private static List<Handle> handles(Class<?> type) {
        List<Handle> known = HANDLES.get(type);
        if (known == null) {
            known = find(type);
            HANDLES.put(type, known); // a race reads twice, which is harmless
        }
        return known;
    }

    private static List<Handle> find(Class<?> type) {
        int end = type.getName().indexOf("$$Lambda");
        ClassLoader loader = type.getClassLoader();
        if (end < 0 || loader == null) {
            return List.of();
        }
        Set<Handle> found = new LinkedHashSet<>();
        new ClassFiles(loader).read(type.getName().substring(0, end).replace('.', '/'))
                .ifPresent(host -> collect(host, type, found));
        return List.copyOf(found);
    }

    private static void collect(ClassNode host, Class<?> type, Set<Handle> found) {
        List<String> interfaces = Arrays.stream(type.getInterfaces()).map(Type::getInternalName).toList();
        List<String> captured = fields(type).stream().map(f -> Type.getDescriptor(f.getType())).toList();
        for (MethodNode m : host.methods) {
            for (AbstractInsnNode i = m.instructions.getFirst(); i != null; i = i.getNext()) {
                if (i instanceof InvokeDynamicInsnNode d && d.bsm.getOwner().equals("java/lang/invoke/LambdaMetafactory")
                        && interfaces.contains(Type.getReturnType(d.desc).getInternalName())
                        && captured.equals(Arrays.stream(Type.getArgumentTypes(d.desc)).map(Type::getDescriptor).toList())) {
                    found.add((Handle) d.bsmArgs[1]);
                }
            }
        }
    }

    /** Where the captured values are, in order. */
    private static List<Field> fields(Class<?> type) {
        return Arrays.stream(type.getDeclaredFields()).filter(f -> !Modifier.isStatic(f.getModifiers()))
                .sorted(Comparator.comparing((Field f) -> f.getName().length()).thenComparing(Field::getName)).toList();
    }

    private static Optional<List<Object>> captured(Object function) {
        List<Object> values = new ArrayList<>();
        try {
            for (Field f : fields(function.getClass())) {
                f.setAccessible(true);
                values.add(f.get(function));
            }
            return Optional.of(values);
        } catch (ReflectiveOperationException | RuntimeException e) { // a module that is closed to us
            return Optional.empty();
        }
    }
}
