package org.rebind.tracer.internal.effects;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;

/** What calls do: which methods run, and what a method of Rebind means. */
final class Calls {
    private static final Set<String> API_PACKAGES = Set.of("org/rebind", "org/rebind/graph", "org/rebind/backend",
            "org/rebind/pytree", "org/rebind/cache");
    private final EffectScanner scanner;
    private final PlatformCalls platform;

    /** @param caller null for the function itself */
    Calls(EffectScanner scanner, MethodScan caller) {
        this.scanner = scanner;
        this.platform = new PlatformCalls(scanner, caller, this);
    }

    AbstractValue dynamic(InvokeDynamicInsnNode d, List<AbstractValue> values) {
        String bootstrap = d.bsm.getOwner();
        if (bootstrap.equals("java/lang/invoke/LambdaMetafactory")) {
            Site site = scanner.site(d, null, (Handle) d.bsmArgs[1]);
            site.captured = List.copyOf(values);
            return AbstractValue.fresh(site);
        }
        if (!ClassFiles.isPlatform(bootstrap)) {
            scanner.doubt(() -> "a call is linked at run time by " + bootstrap.replace('/', '.'));
        }
        if (bootstrap.equals("java/lang/invoke/StringConcatFactory")) {
            platform.asStrings(d, values, Type.getArgumentTypes(d.desc), 0);
        }
        return returnType(d.desc, bootstrap.equals("java/lang/invoke/StringConcatFactory") ? 0 : AbstractValue.UNKNOWN);
    }

    AbstractValue method(MethodInsnNode m, List<AbstractValue> values) {
        if (m.owner.startsWith("[")) {
            platform.reads(values.get(0), Type.getObjectType(m.owner), "it copies a captured array");
            AbstractValue copy = AbstractValue.fresh(scanner.site(m, null, null)); // clone()
            scanner.store(copy, values.get(0).contents());
            return m.name.equals("clone") ? copy : returnType(m.desc, 0);
        }
        return call(m, m.getOpcode() == Opcodes.INVOKESTATIC, m.getOpcode() == Opcodes.INVOKESPECIAL, m.owner, m.name,
                m.desc, values);
    }

    /** Runs what a method reference or lambda points to. @param values receiver first, or captured values first */
    AbstractValue byHandle(Handle h, List<AbstractValue> values) {
        if (h.getTag() == Opcodes.H_NEWINVOKESPECIAL) {
            AbstractValue made = AbstractValue.fresh(scanner.site(h, h.getOwner(), null));
            List<AbstractValue> all = new ArrayList<>(List.of(made));
            all.addAll(values);
            call(null, false, true, h.getOwner(), h.getName(), h.getDesc(), all);
            return made;
        }
        boolean isStatic = h.getTag() == Opcodes.H_INVOKESTATIC;
        return call(null, isStatic, h.getTag() == Opcodes.H_INVOKESPECIAL, h.getOwner(), h.getName(), h.getDesc(),
                fit(values, Type.getArgumentTypes(h.getDesc()), isStatic));
    }

    /** Boxing conversions change slots; only the number of values and their sizes matter here. */
    private static List<AbstractValue> fit(List<AbstractValue> values, Type[] types, boolean isStatic) {
        List<AbstractValue> fitted = new ArrayList<>();
        int offset = isStatic ? 0 : 1;
        for (int i = 0; i < types.length + offset; i++) {
            AbstractValue v = i < values.size() ? values.get(i) : AbstractValue.of(AbstractValue.UNKNOWN);
            boolean primitive = i >= offset && types[i - offset].getSort() < Type.ARRAY;
            fitted.add(primitive ? EffectScanner.typed(types[i - offset], 0) : v.asReference());
        }
        return fitted;
    }

    private AbstractValue call(AbstractInsnNode i, boolean isStatic, boolean special, String owner, String name,
            String descriptor, List<AbstractValue> values) {
        if (isApi(owner)) {
            return api(owner, name, descriptor, values);
        }
        AbstractValue receiver = isStatic ? null : values.get(0);
        if (receiver != null && !special && (!receiver.sites().isEmpty() || !receiver.known().isEmpty())) {
            Optional<AbstractValue> exact = onKnown(i, owner, name, descriptor, receiver, values);
            if (exact.isPresent()) {
                return Type.getReturnType(descriptor) == Type.VOID_TYPE ? null : exact.get();
            }
        }
        if (!ClassFiles.isPlatform(owner) && !PlatformMethods.isLogger(owner)) {
            return user(i, isStatic || special, owner, name, descriptor, values);
        }
        return platform.call(i, isStatic, owner, name, descriptor, values);
    }

    /** Dispatch on the classes a receiver is known to have; empty if that is not all it may be. */
    private Optional<AbstractValue> onKnown(AbstractInsnNode i, String owner, String name, String descriptor,
            AbstractValue receiver, List<AbstractValue> values) {
        AbstractValue result = returnType(descriptor, 0);
        boolean all = receiver.exact();
        boolean ownMethod = !ClassFiles.isPlatform(owner) && scanner.classes.resolve(owner, name, descriptor).isPresent();
        boolean runsLambda = !ownMethod && (!ClassFiles.isPlatform(owner) || isFunctionCall(owner, name));
        for (Site s : receiver.sites()) {
            if (s.lambda != null && ownMethod) {
                result = join(result, user(i, true, owner, name, descriptor, narrowed(AbstractValue.fresh(s), values)));
            } else if (s.lambda != null && runsLambda) {
                List<AbstractValue> arguments = new ArrayList<>(s.captured);
                arguments.addAll(values.subList(1, values.size()));
                result = join(result, byHandle(s.lambda, arguments));
            } else if (s.type != null && !ClassFiles.isPlatform(s.type)) {
                result = join(result, user(i, true, s.type, name, descriptor, narrowed(AbstractValue.fresh(s), values)));
            } else {
                all = false;
            }
        }
        for (Object o : receiver.known()) {
            String type = Type.getInternalName(o.getClass());
            boolean lambda = o.getClass().isHidden() || LambdaView.of(o).isPresent();
            if (lambda && ownMethod) { // a default method of its interface
                result = join(result, user(i, true, owner, name, descriptor, narrowed(receiver.only(o), values)));
            } else if (lambda && runsLambda) {
                result = join(result, scanner.runKnown(o, name, values.subList(1, values.size()), descriptor));
            } else if (lambda) {
                all = false;
            } else if (!ClassFiles.isPlatform(type) && !o.getClass().isArray()) {
                result = join(result, user(i, true, type, name, descriptor, narrowed(receiver.only(o), values)));
            } else {
                all = false;
            }
        }
        return all ? Optional.of(result == null ? AbstractValue.NOTHING : result) : Optional.empty();
    }

    /** The {@code toString} of what is known of a value. */
    void asString(AbstractInsnNode i, AbstractValue value) {
        onKnown(i, "java/lang/Object", "toString", "()Ljava/lang/String;", value, List.of(value));
    }

    private static List<AbstractValue> narrowed(AbstractValue receiver, List<AbstractValue> values) {
        List<AbstractValue> all = new ArrayList<>(values);
        all.set(0, receiver);
        return all;
    }

    /** Whether this is the abstract method of a functional interface of the platform. */
    private static boolean isFunctionCall(String owner, String name) {
        return owner.startsWith("java/util/function/") && !name.equals("andThen") && !name.equals("compose")
                && !name.equals("negate") && !name.equals("and") && !name.equals("or")
                || owner.equals("java/lang/Runnable") || owner.equals("java/util/concurrent/Callable")
                || owner.equals("java/lang/AutoCloseable") || owner.equals("java/io/Closeable")
                || owner.equals("java/lang/Iterable") && name.equals("iterator")
                || owner.equals("java/util/Comparator") && name.equals("compare");
    }

    private static AbstractValue join(AbstractValue a, AbstractValue b) {
        return a == null ? null : b == null ? a : a.getSize() == 2 ? a : a.join(b.asReference());
    }

    /** A method of user code. @param exact whether exactly this class is meant */
    private AbstractValue user(AbstractInsnNode i, boolean exact, String owner, String name, String descriptor,
            List<AbstractValue> values) {
        Optional<ClassFiles.Found> found = scanner.classes.resolve(owner, name, descriptor);
        if (found.isPresent()) {
            if (!exact && mayBeOverridden(owner, found.get())) {
                scanner.doubt(() -> "it calls " + MethodScan.simple(owner) + "." + name + ", which a subclass may override");
            }
            AbstractValue result = scanner.run(found.get(), values);
            return Type.getReturnType(descriptor) == Type.VOID_TYPE ? null
                    : Type.getReturnType(descriptor).getSort() < Type.ARRAY ? returnType(descriptor, 0)
                            : immutableReturn(descriptor) ? AbstractValue.NOTHING : result;
        }
        Optional<ClassNode> node = scanner.classes.read(owner);
        String ancestor = scanner.classes.platformAncestor(owner);
        boolean isAbstract = node.isPresent() && node.get().methods.stream()
                .anyMatch(m -> m.name.equals(name) && m.desc.equals(descriptor));
        if (node.isEmpty() || isAbstract) {
            scanner.doubt(() -> "it calls " + MethodScan.simple(owner) + "." + name + ", whose implementation is not known");
            return returnType(descriptor, AbstractValue.UNKNOWN);
        }
        return platform.call(i, false, ancestor, name, descriptor, values);
    }

    private boolean mayBeOverridden(String owner, ClassFiles.Found found) {
        int closed = Opcodes.ACC_FINAL | Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC;
        return (found.method().access & closed) == 0
                && scanner.classes.read(owner).map(n -> (n.access & Opcodes.ACC_FINAL) == 0).orElse(true);
    }

    static boolean immutableReturn(String descriptor) {
        Type type = Type.getReturnType(descriptor);
        return type.getSort() == Type.OBJECT && AbstractValue.isImmutable(type.getInternalName());
    }

    static AbstractValue returnType(String descriptor, int origins) {
        Type type = Type.getReturnType(descriptor);
        return type == Type.VOID_TYPE ? null : EffectScanner.typed(type, origins);
    }

    // ---- Rebind's own methods

    private static boolean isApi(String owner) {
        int slash = owner.lastIndexOf('/');
        return slash > 0 && API_PACKAGES.contains(owner.substring(0, slash));
    }

    /** Rebind's methods have no effects; a nested compiled function is looked into; declared effects are not. */
    private AbstractValue api(String owner, String name, String descriptor, List<AbstractValue> values) {
        boolean declared = owner.equals("org/rebind/Rebind") || owner.equals("org/rebind/Compiler")
                || owner.equals("org/rebind/Decorator");
        if (declared) {
            return returnType(descriptor, 0);
        }
        platform.readsArguments(descriptor, values, values.size() - Type.getArgumentTypes(descriptor).length,
                () -> "it hands to " + MethodScan.simple(owner) + "." + name + " a captured object");
        if (!values.isEmpty() && !values.get(0).known().isEmpty()) {
            for (Object o : values.get(0).known()) {
                Object inner = scanner.unwrap(o);
                if (inner != null) {
                    scanner.runKnown(inner, "apply", null, null);
                } else if (owner.startsWith("org/rebind/Function")) {
                    scanner.runKnown(o, name, values.subList(1, values.size()), descriptor);
                }
            }
        } else if (owner.startsWith("org/rebind/Function") && !values.get(0).sites().isEmpty()) {
            return onKnown(null, owner, name, descriptor, values.get(0), values)
                    .orElseGet(() -> returnType(descriptor, AbstractValue.UNKNOWN));
        } else if (owner.startsWith("org/rebind/Function")) {
            scanner.doubt(() -> "it calls a " + MethodScan.simple(owner) + " that is not known");
        }
        boolean passesThrough = owner.startsWith("org/rebind/Compiled") || owner.startsWith("org/rebind/Function");
        return passesThrough && !immutableReturn(descriptor) && Type.getReturnType(descriptor).getSort() >= Type.ARRAY
                ? PlatformCalls.everything(values.subList(1, values.size())) : returnType(descriptor, 0);
    }
}
