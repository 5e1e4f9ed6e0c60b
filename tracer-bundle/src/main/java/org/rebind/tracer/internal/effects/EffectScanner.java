package org.rebind.tracer.internal.effects;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.analysis.Analyzer;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.rebind.Function1;
import org.rebind.Function2;
import org.rebind.Function3;
import org.rebind.Function4;
import org.rebind.SideEffectException.Kind;

/**
 * Looks for effects in the byte code of one user function and of all it calls, by abstract interpretation: every value
 * is fresh, an argument, shared (captured or static) or unknown, and only writes to what is not fresh are effects.
 * Methods of the platform are judged by {@link PlatformMethods}; methods of Rebind are pure. Confined to one thread.
 */
public final class EffectScanner {
    private static final int MOST_METHODS = 4000;
    private static final int MOST_DEPTH = 60;
    private static final String OBJECT = "Ljava/lang/Object;";

    /**
     * Results for lambdas that capture nothing the scan could look into: the same for every object of the class. By the
     * class weakly, as results are texts; a ClassValue would keep our loader alive as long as the class.
     */
    private static final Map<Class<?>, ScanResult> SCANNED = Collections.synchronizedMap(new WeakHashMap<>());

    private record Call(ClassFiles.Found method, List<AbstractValue> arguments) {
    }

    /** What makes an object (an instruction, or a method that is handed to the platform), called from there. */
    private record SiteKey(Object maker, AbstractInsnNode caller) {
    }

    /** Stops the scan: nothing more needs to be known. */
    private static final class FoundEffect extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Finding finding;

        FoundEffect(Finding finding) {
            super(finding.what(), null, false, false);
            this.finding = finding;
        }
    }

    final ClassFiles classes;
    final Set<Object> handed = Collections.newSetFromMap(new IdentityHashMap<>()); // functions the platform is running
    private final UnaryOperator<Object> unwrap;
    private final Map<SiteKey, Site> sites = new HashMap<>();
    private final Map<Call, AbstractValue> done = new HashMap<>();
    private final Deque<Call> running = new ArrayDeque<>();
    private final Deque<AbstractInsnNode> callers = new ArrayDeque<>();
    private final String home; // the class the function stands in, which is initialised; null if it is no lambda
    private String doubt = "";
    private int analysed;
    private boolean changed;

    private EffectScanner(ClassLoader loader, UnaryOperator<Object> unwrap, String home) {
        this.home = home;
        this.classes = new ClassFiles(loader);
        this.unwrap = unwrap;
    }

    /**
     * Scans a function.
     *
     * @param function a lambda, method reference or object with a method of the name
     * @param unwrap gives the user function inside a compiled function, else null
     */
    public static ScanResult scan(Object function, String method, UnaryOperator<Object> unwrap) {
        boolean sameForAll = LambdaView.of(function).filter(l -> l.captured().stream()
                .allMatch(c -> AbstractValue.captured(c) == AbstractValue.NOTHING)).isPresent();
        if (!sameForAll) {
            return scanNow(function, method, unwrap);
        }
        ScanResult known = SCANNED.get(function.getClass());
        if (known == null) {
            known = scanNow(function, method, unwrap);
            SCANNED.put(function.getClass(), known); // a race scans twice, which is harmless
        }
        return known;
    }

    private static ScanResult scanNow(Object function, String method, UnaryOperator<Object> unwrap) {
        ClassLoader loader = function.getClass().getClassLoader();
        EffectScanner scanner = new EffectScanner(loader == null ? ClassLoader.getSystemClassLoader() : loader,
                unwrap, LambdaView.of(function).map(LambdaView::owner).orElse(null));
        try {
            scanner.untilStable(function, method);
            return new ScanResult(Optional.empty(), scanner.doubt);
        } catch (FoundEffect e) {
            return new ScanResult(Optional.of(e.finding), scanner.doubt);
        } catch (RuntimeException | LinkageError | StackOverflowError e) { // odd code must not break the user's call
            System.getLogger(EffectScanner.class.getName()).log(System.Logger.Level.DEBUG, "scan gave up", e);
            return new ScanResult(Optional.empty(), "its byte code could not be analysed (" + e + ")");
        }
    }

    /** What is stored in fresh objects is only known in full after the first round. */
    private void untilStable(Object function, String method) {
        do {
            changed = false;
            done.clear();
            runKnown(function, method, null, null);
        } while (changed && analysed < MOST_METHODS);
    }

    /** Scans what an object's method runs. @param arguments null if they are arguments of the user's function */
    AbstractValue runKnown(Object function, String method, List<AbstractValue> arguments, String descriptor) {
        Optional<LambdaView> lambda = LambdaView.of(function);
        if (lambda.isPresent()) {
            return runLambda(lambda.get(), arguments);
        }
        List<LambdaView> possible = HiddenLambda.of(function);
        if (!possible.isEmpty()) {
            return runOneOf(possible, arguments);
        }
        String owner = Type.getInternalName(function.getClass());
        Optional<ClassFiles.Found> found = function.getClass().isHidden() ? Optional.empty()
                : classes.resolve(owner, method, descriptor != null ? descriptor : erased(function));
        if (found.isEmpty()) {
            doubt(() -> "the byte code of " + function.getClass().getName() + " cannot be read");
            return AbstractValue.of(AbstractValue.UNKNOWN);
        }
        List<AbstractValue> all = new ArrayList<>();
        all.add(AbstractValue.captured(function));
        all.addAll(arguments != null ? arguments : parameters(found.get().method().desc, 0));
        return run(found.get(), all);
    }

    /** Descriptor of the method of the functional interface; the class has it, or a bridge that leads to the typed one. */
    private static String erased(Object function) {
        int arity = function instanceof Function1 ? 1 : function instanceof Function2 ? 2 : function instanceof Function3 ? 3
                : function instanceof Function4 ? 4 : 0;
        return "(" + (arity == 0 ? "[" + OBJECT : OBJECT.repeat(arity)) + ")" + OBJECT;
    }

    /** Runs a lambda that is one of these: an effect that only some have is a doubt. */
    private AbstractValue runOneOf(List<LambdaView> possible, List<AbstractValue> arguments) {
        AbstractValue result = AbstractValue.NOTHING;
        FoundEffect first = null;
        int effects = 0;
        for (LambdaView l : possible) {
            try {
                AbstractValue r = runLambda(l, arguments);
                result = r == null ? result : result.join(r.asReference());
            } catch (FoundEffect e) {
                first = first == null ? e : first;
                effects++;
            }
        }
        if (effects == possible.size()) {
            throw first;
        } else if (first != null) {
            Finding one = first.finding;
            doubt(() -> "it calls a lambda that may be the one of which is said: " + one);
        }
        return result;
    }

    private AbstractValue runLambda(LambdaView lambda, List<AbstractValue> arguments) {
        List<AbstractValue> all = new ArrayList<>();
        lambda.captured().forEach(c -> all.add(AbstractValue.captured(c)));
        int captured = all.size() - (lambda.isStatic() || lambda.isConstructor() ? 0 : 1);
        all.addAll(arguments != null ? arguments
                : captured < 0 ? unboundParameters(lambda) : parameters(lambda.descriptor(), captured));
        Handle handle = new Handle(lambda.referenceKind(), lambda.owner(), lambda.name(), lambda.descriptor(), false);
        return new Calls(this, null).byHandle(handle, all);
    }

    private static List<AbstractValue> unboundParameters(LambdaView lambda) {
        List<AbstractValue> all = new ArrayList<>();
        all.add(typed(Type.getObjectType(lambda.owner()), AbstractValue.ARGUMENT));
        all.addAll(parameters(lambda.descriptor(), 0));
        return all;
    }

    private static List<AbstractValue> parameters(String descriptor, int from) {
        List<AbstractValue> values = new ArrayList<>();
        Type[] types = Type.getArgumentTypes(descriptor);
        for (int i = from; i < types.length; i++) {
            values.add(typed(types[i], AbstractValue.ARGUMENT));
        }
        return values;
    }

    /** A value of a declared type and origin. */
    static AbstractValue typed(Type type, int origins) {
        if (type.getSort() < Type.ARRAY) {
            return type.getSize() == 2 ? AbstractValue.WIDE : AbstractValue.NOTHING;
        }
        return type.getSort() == Type.OBJECT && AbstractValue.isImmutable(type.getInternalName())
                ? AbstractValue.NOTHING : AbstractValue.of(origins);
    }

    /** Scans a method with these arguments, receiver first; gives what it returns. */
    AbstractValue run(ClassFiles.Found found, List<AbstractValue> arguments) {
        Call call = new Call(found, List.copyOf(arguments));
        AbstractValue known = done.get(call);
        if (known != null) {
            return known;
        }
        boolean recursive = running.stream().filter(r -> r.method.method() == found.method()).count() > 2;
        if (recursive || running.size() > MOST_DEPTH || ++analysed > MOST_METHODS) {
            if (!recursive) {
                doubt(() -> "it calls more code than the scan follows");
            }
            AbstractValue any = AbstractValue.NOTHING;
            for (AbstractValue a : arguments) {
                any = any.join(a.asReference()).join(a.contents());
            }
            return any;
        }
        running.push(call);
        try {
            AbstractValue result = analyse(found, arguments);
            done.put(call, result);
            return result;
        } finally {
            running.pop();
        }
    }

    private AbstractValue analyse(ClassFiles.Found found, List<AbstractValue> arguments) {
        if ((found.method().access & Opcodes.ACC_NATIVE) != 0) {
            doubt(() -> "native method " + found.where() + " may do anything");
            return AbstractValue.of(AbstractValue.UNKNOWN);
        }
        MethodScan scan = new MethodScan(this, found, arguments);
        if ((found.method().access & Opcodes.ACC_SYNCHRONIZED) != 0) {
            scan.lock(null, (found.method().access & Opcodes.ACC_STATIC) != 0 ? AbstractValue.of(AbstractValue.SHARED)
                    : arguments.get(0));
        }
        try {
            new Analyzer<>(scan).analyzeAndComputeMaxs(found.owner().name, found.method());
        } catch (AnalyzerException e) {
            if (e.getCause() instanceof FoundEffect f) {
                throw f;
            }
            doubt(() -> "the byte code of " + found.where() + " could not be analysed (" + e.getMessage() + ")");
        }
        return scan.returned();
    }

    /** The same place each time, or the scan would never see that nothing changes. */
    Site site(Object maker, String type, Handle lambda) {
        return sites.computeIfAbsent(new SiteKey(maker, callers.peek()), k -> new Site(type, lambda));
    }

    void enter(AbstractInsnNode caller) {
        callers.push(caller);
    }

    void leave() {
        callers.pop();
    }

    /** Whether static fields of this class can be read without initialising it. */
    boolean isInitialised(String owner) {
        return owner.equals(home);
    }

    /** The user function inside a compiled function, else null. */
    Object unwrap(Object known) {
        return unwrap.apply(known);
    }

    void store(AbstractValue container, AbstractValue value) {
        for (Site s : container.sites()) {
            changed |= s.store(value);
        }
    }

    void found(Kind kind, String what, String where, String fix) {
        throw new FoundEffect(new Finding(kind, what, where, fix));
    }

    void doubt(Supplier<String> why) {
        if (doubt.isEmpty()) {
            doubt = why.get();
        }
    }
}
