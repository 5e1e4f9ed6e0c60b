package org.rebind.tracer.internal.effects;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.rebind.SideEffectException.Kind;

/** Calls of methods of the platform: their effects by table, the lambdas they are handed, what may come out of them. */
final class PlatformCalls {
    /** Methods whose result shows changes of the receiver or first argument, and passes writes through. */
    private static final Set<String> VIEWS = Set.of("subList", "keySet", "values", "entrySet", "asList", "duplicate",
            "slice", "wrap", "listIterator", "descendingMap", "descendingSet", "descendingIterator", "headMap", "tailMap",
            "subMap", "headSet", "tailSet", "subSet", "navigableKeySet", "synchronizedList", "synchronizedMap",
            "asFloatBuffer", "asIntBuffer", "asLongBuffer", "asDoubleBuffer", "reversed", "array");

    /** Methods that call {@code toString} of their argument. */
    private static final Set<String> AS_STRING = Set.of("java/lang/String.valueOf", "java/lang/StringBuilder.append",
            "java/util/Objects.toString");
    private static final int MOST_ARGUMENTS = 4; // of a function the platform calls

    private final EffectScanner scanner;
    private final MethodScan caller; // null for the function itself
    private final Calls calls;

    PlatformCalls(EffectScanner scanner, MethodScan caller, Calls calls) {
        this.scanner = scanner;
        this.caller = caller;
        this.calls = calls;
    }

    AbstractValue call(AbstractInsnNode i, boolean isStatic, String owner, String name, String descriptor,
            List<AbstractValue> values) {
        AbstractValue receiver = isStatic ? AbstractValue.NOTHING : values.get(0);
        Verdict verdict = PlatformMethods.judge(owner, name, descriptor, !isStatic && receiver.isFresh(),
                !receiver.contents().isFresh());
        Supplier<String> call = () -> "it calls " + MethodScan.simple(owner) + "."
                + (name.equals("<init>") ? "new" : name);
        if (verdict.effect() != null) {
            scanner.found(verdict.effect(), call.get(), caller == null ? "the function itself" : caller.where(i),
                    fix(verdict.effect()));
        }
        boolean handedOver = !isStatic && receiver.isFresh() && !receiver.sites().isEmpty();
        if (!verdict.trusted() && !handedOver) { // what the platform made of our lambdas was run when it got them
            scanner.doubt(() -> call.get() + ", whose code is not known");
        }
        if (!isStatic) {
            reads(receiver, Type.getObjectType(owner), "it reads a captured " + MethodScan.simple(owner));
        }
        if (!owner.equals("java/util/Objects") || !name.matches("requireNonNull.*|isNull|nonNull")) { // of bound references
            readsArguments(descriptor, values, isStatic ? 0 : 1, () -> call.get() + " on a captured object");
        }
        draws(i, descriptor, values, isStatic ? 0 : 1, call);
        if (AS_STRING.contains(owner + "." + name)) {
            asStrings(i, values, Type.getArgumentTypes(descriptor), isStatic ? 0 : 1);
        }
        AbstractValue inside = lambdas(values, everything(values));
        if (owner.equals("java/util/stream/Collectors")) {
            fills(i, descriptor, values, isStatic ? 0 : 1, inside, call);
        }
        if (verdict.mutates() >= 0 && verdict.mutates() < values.size() && !name.equals("<init>")) {
            AbstractValue target = values.get(verdict.mutates());
            boolean viaView = name.equals("remove") && owner.endsWith("Iterator") || name.equals("setValue");
            AbstractValue changedToo = viaView ? target.join(target.contents()) : target;
            boolean cannot = target.exact() && target.sites().isEmpty() && !target.known().isEmpty()
                    && target.known().stream().allMatch(PlatformCalls::isEmptyArray);
            if (!cannot) {
                writeThrough(i, changedToo, inside, verdict.mutation(), () -> call.get() + " on an object it did not make");
            }
        } else if (name.equals("<init>")) {
            scanner.store(receiver, inside.join(AbstractValue.NOTHING));
        }
        return result(i, owner, name, descriptor, receiver.join(isStatic && !values.isEmpty() ? values.get(0).asReference()
                : AbstractValue.NOTHING), inside);
    }

    /** An effect if the platform is handed a generator of random numbers that is not the function's own, to draw from. */
    private void draws(AbstractInsnNode i, String descriptor, List<AbstractValue> values, int first, Supplier<String> call) {
        Type[] types = Type.getArgumentTypes(descriptor);
        for (int k = 0; k < types.length && first + k < values.size(); k++) {
            if (types[k].getSort() == Type.OBJECT && PlatformMethods.isRandom(types[k].getInternalName())) {
                writeThrough(i, values.get(first + k), AbstractValue.NOTHING, Kind.RANDOM,
                        () -> call.get() + " with random numbers it does not seed");
            }
        }
    }

    /** The JDK's own collectors put elements into what suppliers give; those of the user do it by functions that are run. */
    private void fills(AbstractInsnNode i, String descriptor, List<AbstractValue> values, int first, AbstractValue elements,
            Supplier<String> call) {
        Type[] types = Type.getArgumentTypes(descriptor);
        for (int k = 0; k < types.length && first + k < values.size(); k++) {
            if (types[k].getDescriptor().equals("Ljava/util/function/Supplier;")) {
                AbstractValue supplier = values.get(first + k);
                AbstractValue container = AbstractValue.NOTHING;
                for (Site s : supplier.sites()) {
                    container = s.lambda == null ? container : container.join(runWithAnything(s, AbstractValue.NOTHING));
                }
                for (Object o : supplier.known()) {
                    container = container.join(knownWithAnything(o, AbstractValue.NOTHING));
                }
                writeThrough(i, container, elements, Kind.MUTATION, () -> call.get() + " into an object it did not make");
            }
        }
    }

    /** A doubt if any argument is an object of the platform that others may change. @param first operand after the receiver */
    void readsArguments(String descriptor, List<AbstractValue> values, int first, Supplier<String> what) {
        Type[] types = Type.getArgumentTypes(descriptor);
        for (int k = 0; k < types.length && first + k < values.size(); k++) {
            reads(values.get(first + k), types[k], what.get());
        }
    }

    /** A doubt if this is shared and may change, as far as its objects or else its declared type tell. */
    void reads(AbstractValue value, Type declared, String what) {
        boolean inEnum = caller != null && caller.isEnumMethod(); // which copies its own constants
        if (value.is(AbstractValue.SHARED) && !inEnum && (value.exact() && value.sites().isEmpty()
                ? value.known().stream().anyMatch(o -> !isEmptyArray(o) && mayChange(o.getClass())) : mayChange(declared))) {
            scanner.doubt(() -> what + ", which may change");
        }
    }

    /** The usual constant for {@code toArray}, which nobody can write to. */
    private static boolean isEmptyArray(Object o) {
        return o.getClass().isArray() && Array.getLength(o) == 0;
    }

    private static boolean mayChange(Class<?> type) {
        return type.isArray() || ClassFiles.isPlatform(Type.getInternalName(type)) && !type.isHidden() && !type.isEnum()
                && !type.getName().startsWith("java.util.ImmutableCollections") && mayChange(Type.getType(type));
    }

    private static boolean mayChange(Type type) {
        return type.getSort() == Type.ARRAY || type.getSort() == Type.OBJECT && ClassFiles.isPlatform(type.getInternalName())
                && !type.getInternalName().matches("java/util/(Optional.*|UUID|Locale|Comparator.*|function/.*|regex/Pattern"
                        + "|Collections.ReverseComparator.*)|java/time/.*|java/lang/invoke/.*|java/nio/charset/.*|java/math/.*"
                        + "|java/lang/(Object|Class|Enum|Record|String|Runnable|AutoCloseable|Comparable)");
    }

    /** Runs {@code toString} of the user's objects among these operands. */
    void asStrings(AbstractInsnNode i, List<AbstractValue> values, Type[] types, int first) {
        for (int k = 0; k < types.length && first + k < values.size(); k++) {
            AbstractValue v = values.get(first + k);
            if (types[k].getSort() == Type.OBJECT && !(v.sites().isEmpty() && v.known().isEmpty())) {
                calls.asString(i, v);
            }
        }
    }

    private void writeThrough(AbstractInsnNode i, AbstractValue target, AbstractValue value, Kind kind,
            Supplier<String> what) {
        if (caller != null) {
            caller.write(i, target, value, kind, what);
        } else if (target.is(AbstractValue.SHARED | AbstractValue.ARGUMENT)) {
            scanner.found(target.is(AbstractValue.SHARED) ? kind : Kind.ARGUMENT_MUTATION, what.get(), "the function itself",
                    fix(kind));
        }
    }

    /** All operands and what is inside them. */
    static AbstractValue everything(List<AbstractValue> values) {
        AbstractValue all = AbstractValue.NOTHING;
        for (AbstractValue v : values) {
            boolean lambda = v.sites().stream().anyMatch(s -> s.lambda != null)
                    || !v.known().isEmpty() && v.known().stream().allMatch(PlatformCalls::isFunctional);
            all = lambda ? all : all.join(v.asReference()).join(v.contents());
        }
        return all;
    }

    /** Runs every lambda handed to the platform with whatever it may be given; gives all that may come out. */
    private AbstractValue lambdas(List<AbstractValue> values, AbstractValue all) {
        AbstractValue inside = all;
        for (int round = 0; round < 2; round++) {
            for (AbstractValue v : values) {
                for (Site s : v.sites()) {
                    if (s.lambda != null) {
                        inside = inside.join(runWithAnything(s, inside));
                    }
                }
                for (Object o : v.known()) {
                    inside = isFunctional(o) ? inside.join(knownWithAnything(o, inside)) : inside;
                }
            }
        }
        return inside;
    }

    private AbstractValue runWithAnything(Site s, AbstractValue given) {
        List<AbstractValue> arguments = new ArrayList<>(s.captured);
        Type[] types = Type.getArgumentTypes(s.lambda.getDesc());
        int extra = s.lambda.getTag() == Opcodes.H_INVOKESTATIC || s.lambda.getTag() == Opcodes.H_NEWINVOKESPECIAL ? 0 : 1;
        while (arguments.size() < types.length + extra) {
            int p = arguments.size() - extra;
            boolean primitive = p >= 0 && types[p].getSort() < Type.ARRAY;
            arguments.add(primitive ? EffectScanner.typed(types[p], 0) : given);
        }
        AbstractValue result = calls.byHandle(s.lambda, arguments);
        return result == null ? AbstractValue.NOTHING : result.asReference();
    }

    private static boolean isFunctional(Object o) {
        return o.getClass().isHidden() || LambdaView.of(o).isPresent();
    }

    private AbstractValue knownWithAnything(Object o, AbstractValue given) {
        if (!scanner.handed.add(o)) { // handed to itself, as to a reference to a method of the platform
            return AbstractValue.NOTHING;
        }
        try {
            AbstractValue result = scanner.runKnown(o, "apply", Collections.nCopies(MOST_ARGUMENTS, given), null);
            return result == null ? AbstractValue.NOTHING : result.asReference();
        } finally {
            scanner.handed.remove(o);
        }
    }

    private AbstractValue result(AbstractInsnNode i, String owner, String name, String descriptor, AbstractValue receiver,
            AbstractValue inside) {
        Type type = Type.getReturnType(descriptor);
        if (owner.equals("java/lang/Enum") && name.equals("valueOf")) {
            return AbstractValue.of(AbstractValue.SHARED);
        }
        if (type.getSort() < Type.ARRAY || Calls.immutableReturn(descriptor)) {
            return Calls.returnType(descriptor, 0);
        }
        boolean element = type.getSort() == Type.ARRAY || !type.getInternalName().startsWith("java/util/")
                && !type.getInternalName().startsWith("java/lang/Iter") && !type.getInternalName().startsWith("java/nio/");
        if (type.getSort() == Type.ARRAY && (name.startsWith("copyOf") || name.equals("toArray")
                || name.equals("toCharArray") || name.equals("split") || name.startsWith("getBytes"))) {
            element = false;
        }
        if (element) {
            return inside;
        }
        AbstractValue container = AbstractValue.fresh(scanner.site(i != null ? i : owner + "." + name + descriptor, null, null));
        scanner.store(container, inside);
        return VIEWS.contains(name) || sameKind(descriptor) ? container.join(receiver) : container;
    }

    /** Builders and buffers return themselves. */
    private static boolean sameKind(String descriptor) {
        return Type.getReturnType(descriptor).getInternalName().startsWith("java/nio/");
    }

    private static String fix(Kind kind) {
        return switch (kind) {
            case IO -> "Log shapes with Rebind.onTrace, values with Rebind.onExecute, or do it outside";
            case CLOCK, ENVIRONMENT -> "Read it outside and pass the value as an argument";
            case RANDOM -> "Draw the numbers outside and pass them as a Tensor, or make a seeded generator inside";
            case THREAD -> "Run the whole function on the other thread instead: a trace follows one thread";
            case LOCK -> "Take the lock around the call of the compiled function: compiled calls do not take it";
            case REFLECTION -> "Call the method directly, so that its effects can be seen";
            default -> "Do it outside the compiled function, or keep it with Rebind.onExecute";
        };
    }
}
