package org.rebind.tracer.internal.effects;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.LineNumberNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MultiANewArrayInsnNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.analysis.Interpreter;
import org.rebind.SideEffectException.Kind;

/** The scan of one method with given arguments: what each instruction makes of its operands, and which are effects. */
final class MethodScan extends Interpreter<AbstractValue> {
    private final EffectScanner scanner;
    private final ClassFiles.Found found;
    private final List<AbstractValue> arguments;
    private final Calls calls;
    private AbstractValue returned = AbstractValue.NOTHING;

    MethodScan(EffectScanner scanner, ClassFiles.Found found, List<AbstractValue> arguments) {
        super(Opcodes.ASM9);
        this.scanner = scanner;
        this.found = found;
        this.arguments = arguments;
        this.calls = new Calls(scanner, this);
    }

    AbstractValue returned() {
        return returned;
    }

    /** File and line of an instruction; of the method if the class has no line numbers. */
    String where(AbstractInsnNode instruction) {
        AbstractInsnNode i = instruction != null ? instruction : found.method().instructions.getFirst();
        while (i != null && !(i instanceof LineNumberNode)) {
            i = instruction != null ? i.getPrevious() : i.getNext();
        }
        return i instanceof LineNumberNode line && found.owner().sourceFile != null
                ? found.owner().sourceFile + ":" + line.line : found.where();
    }

    @Override
    public AbstractValue newValue(Type type) {
        return type == null ? AbstractValue.UNSET : type == Type.VOID_TYPE ? null
                : EffectScanner.typed(type, AbstractValue.UNKNOWN);
    }

    @Override
    public AbstractValue newParameterValue(boolean isInstanceMethod, int local, Type type) {
        int slot = 0;
        for (AbstractValue a : arguments) {
            if (slot == local) {
                boolean wrongSize = a.getSize() != type.getSize();
                boolean immutable = type.getSort() == Type.OBJECT && AbstractValue.isImmutable(type.getInternalName());
                return wrongSize || immutable ? EffectScanner.typed(type, 0) : a;
            }
            slot += a.getSize();
        }
        return EffectScanner.typed(type, AbstractValue.UNKNOWN);
    }

    @Override
    public AbstractValue newExceptionValue(org.objectweb.asm.tree.TryCatchBlockNode handler,
            org.objectweb.asm.tree.analysis.Frame<AbstractValue> frame, Type type) {
        return AbstractValue.of(0);
    }

    @Override
    public AbstractValue newOperation(AbstractInsnNode i) {
        switch (i.getOpcode()) {
            case Opcodes.LCONST_0, Opcodes.LCONST_1, Opcodes.DCONST_0, Opcodes.DCONST_1:
                return AbstractValue.WIDE;
            case Opcodes.LDC:
                Object constant = ((LdcInsnNode) i).cst;
                return constant instanceof Long || constant instanceof Double ? AbstractValue.WIDE
                        : AbstractValue.NOTHING;
            case Opcodes.NEW:
                return AbstractValue.fresh(scanner.site(i, ((TypeInsnNode) i).desc, null));
            case Opcodes.GETSTATIC:
                return staticField((FieldInsnNode) i);
            default:
                return AbstractValue.NOTHING;
        }
    }

    @Override
    public AbstractValue copyOperation(AbstractInsnNode i, AbstractValue value) {
        return value;
    }

    @Override
    public AbstractValue unaryOperation(AbstractInsnNode i, AbstractValue v) {
        switch (i.getOpcode()) {
            case Opcodes.PUTSTATIC:
                FieldInsnNode f = (FieldInsnNode) i;
                scanner.found(Kind.STATIC_WRITE, "it writes the static field " + simple(f.owner) + "." + f.name, where(i),
                        "Return the new value and store it outside the compiled function");
                return null;
            case Opcodes.GETFIELD:
                return field((FieldInsnNode) i, v);
            case Opcodes.NEWARRAY, Opcodes.ANEWARRAY:
                return AbstractValue.fresh(scanner.site(i, null, null));
            case Opcodes.CHECKCAST:
                Type type = Type.getObjectType(((TypeInsnNode) i).desc);
                return type.getSort() == Type.OBJECT && AbstractValue.isImmutable(type.getInternalName())
                        ? AbstractValue.NOTHING : v;
            case Opcodes.MONITORENTER:
                lock(i, v);
                return null;
            case Opcodes.LNEG, Opcodes.DNEG, Opcodes.I2L, Opcodes.I2D, Opcodes.F2L, Opcodes.F2D, Opcodes.L2D, Opcodes.D2L:
                return AbstractValue.WIDE;
            default:
                return AbstractValue.NOTHING;
        }
    }

    void lock(AbstractInsnNode i, AbstractValue v) {
        if (v.is(AbstractValue.SHARED | AbstractValue.ARGUMENT)) {
            scanner.found(Kind.LOCK, "it takes a lock", where(i),
                    "Take the lock around the call of the compiled function: compiled calls do not take it");
        }
    }

    @Override
    public AbstractValue binaryOperation(AbstractInsnNode i, AbstractValue a, AbstractValue b) {
        int op = i.getOpcode();
        if (op == Opcodes.PUTFIELD) {
            FieldInsnNode f = (FieldInsnNode) i;
            write(i, a, b, Kind.FIELD_WRITE, () -> "it writes the field " + simple(f.owner) + "." + f.name);
            return null;
        } else if (op == Opcodes.AALOAD) {
            readsArray(a);
            return a.contents();
        } else if (op == Opcodes.LALOAD || op == Opcodes.DALOAD) {
            readsArray(a);
            return AbstractValue.WIDE;
        } else if (op >= Opcodes.IALOAD && op <= Opcodes.SALOAD) {
            readsArray(a);
            return AbstractValue.NOTHING;
        }
        return a.getSize() == 2 && op != Opcodes.LCMP && op != Opcodes.DCMPL && op != Opcodes.DCMPG
                ? AbstractValue.WIDE : AbstractValue.NOTHING;
    }

    /** Whether this is generated code of an enum, whose array of constants nobody changes. */
    boolean isEnumMethod() {
        return (found.owner().access & Opcodes.ACC_ENUM) != 0 && found.method().name.matches("values|valueOf|\\$values");
    }

    private void readsArray(AbstractValue array) {
        if (array.is(AbstractValue.SHARED)) {
            scanner.doubt(() -> "it reads a captured array, whose elements may change");
        }
    }

    @Override
    public AbstractValue ternaryOperation(AbstractInsnNode i, AbstractValue array, AbstractValue index,
            AbstractValue value) {
        write(i, array, value, Kind.ARRAY_WRITE, () -> "it writes an element of an array it did not make");
        return null;
    }

    /** A write into an object: harmless if the object is fresh. */
    void write(AbstractInsnNode i, AbstractValue target, AbstractValue value, Kind kind, Supplier<String> what) {
        scanner.store(target, value);
        if (target.is(AbstractValue.SHARED)) {
            scanner.found(kind, what.get(), where(i), switch (kind) {
                case RANDOM -> "Draw the numbers outside and pass them as a Tensor, or make a seeded generator inside";
                default -> "Return the new value instead, or keep the effect with Rebind.onExecute";
            });
        } else if (target.is(AbstractValue.ARGUMENT)) {
            scanner.found(Kind.ARGUMENT_MUTATION, what.get().replace("an array it did not make", "an argument"), where(i),
                    "Arguments are values: return the new one instead");
        } else if (target.is(AbstractValue.UNKNOWN)) {
            scanner.doubt(() -> what.get() + " at " + where(i) + ", and it is not known whose it is");
        }
    }

    @Override
    public AbstractValue naryOperation(AbstractInsnNode i, List<? extends AbstractValue> values) {
        if (i instanceof MultiANewArrayInsnNode m) {
            AbstractValue outer = AbstractValue.fresh(scanner.site(i, null, null));
            if (m.dims > 1) {
                scanner.store(outer, outer);
            }
            return outer;
        }
        scanner.enter(i);
        try {
            return i instanceof InvokeDynamicInsnNode d ? calls.dynamic(d, new ArrayList<>(values))
                    : calls.method((MethodInsnNode) i, new ArrayList<>(values));
        } finally {
            scanner.leave();
        }
    }

    @Override
    public void returnOperation(AbstractInsnNode i, AbstractValue value, AbstractValue expected) {
        returned = returned.join(value.asReference());
    }

    @Override
    public AbstractValue merge(AbstractValue a, AbstractValue b) {
        return a.join(b);
    }

    private AbstractValue staticField(FieldInsnNode f) {
        if (f.name.startsWith("$SwitchMap$")) {
            return AbstractValue.of(0); // the compiler's own table of enum constants
        }
        AbstractValue declared = EffectScanner.typed(Type.getType(f.desc), AbstractValue.SHARED);
        if (!isFinal(f) && !f.name.startsWith("$")) {
            scanner.doubt(() -> "it reads the static field " + simple(f.owner) + "." + f.name + ", which may change");
        } else if (declared.is(AbstractValue.SHARED) && scanner.isInitialised(f.owner)) {
            return constant(f).orElse(declared);
        }
        return declared;
    }

    /** The object a static final field holds. */
    private Optional<AbstractValue> constant(FieldInsnNode f) {
        return scanner.classes.load(f.owner).flatMap(c -> {
            try {
                Field field = c.getDeclaredField(f.name);
                field.setAccessible(true);
                return Optional.of(AbstractValue.captured(field.get(null)));
            } catch (ReflectiveOperationException | RuntimeException e) {
                return Optional.empty(); // closed to us, or inherited
            }
        });
    }

    private AbstractValue field(FieldInsnNode f, AbstractValue object) {
        AbstractValue declared = EffectScanner.typed(Type.getType(f.desc), object.origins());
        if (object.is(AbstractValue.SHARED) && !isFinal(f)) {
            scanner.doubt(() -> "it reads the field " + simple(f.owner) + "." + f.name + ", which may change");
        }
        if (declared.getSize() == 2 || Type.getType(f.desc).getSort() < Type.ARRAY
                || declared.equals(AbstractValue.NOTHING)) {
            return declared;
        }
        AbstractValue value = AbstractValue.NOTHING;
        for (Site s : object.sites()) {
            value = value.join(s.contents());
        }
        return object.isFresh() ? value : value.join(knownField(f, object).orElse(declared));
    }

    /** The objects a field of known objects holds now. */
    private Optional<AbstractValue> knownField(FieldInsnNode f, AbstractValue object) {
        if (!object.exact()) {
            return Optional.empty();
        }
        List<Object> contents = new ArrayList<>();
        for (Object o : object.known()) {
            try {
                Field field = declared(o.getClass(), f);
                field.setAccessible(true);
                contents.add(field.get(o));
            } catch (ReflectiveOperationException | RuntimeException e) {
                return Optional.empty(); // a class that is closed to us: its declared type has to do
            }
        }
        contents.removeIf(o -> o == null || AbstractValue.isImmutable(o.getClass()));
        return Optional.of(AbstractValue.known(object.origins(), contents));
    }

    private static Field declared(Class<?> type, FieldInsnNode f) throws NoSuchFieldException {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (field.getName().equals(f.name) && Type.getDescriptor(field.getType()).equals(f.desc)) {
                    return field;
                }
            }
        }
        throw new NoSuchFieldException(f.name);
    }

    private boolean isFinal(FieldInsnNode f) {
        if (ClassFiles.isPlatform(f.owner)) {
            return true;
        }
        return scanner.classes.read(f.owner).stream().flatMap(n -> n.fields.stream())
                .filter(n -> n.name.equals(f.name)).map((FieldNode n) -> (n.access & Opcodes.ACC_FINAL) != 0)
                .findFirst().orElse(false);
    }

    static String simple(String internalName) {
        return internalName.substring(internalName.lastIndexOf('/') + 1).replace('$', '.');
    }
}
