package org.rebind.tracer.internal.effects;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.LineNumberNode;
import org.objectweb.asm.tree.LocalVariableNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * Where a user function stands in its source, as far as its class file tells.
 *
 * @param place for instance {@code Model:12} or {@code Model::forward}
 * @param parameters names of the arguments; empty strings or an empty list where they are not known
 */
public record FunctionSource(String place, List<String> parameters) {
    /** @param arity number of arguments, -1 if any */
    public static FunctionSource of(Object function, int arity) {
        String fallback = MethodScan.simple(function.getClass().getName().replace('.', '/'));
        ClassLoader loader = function.getClass().getClassLoader();
        ClassFiles classes = new ClassFiles(loader == null ? ClassLoader.getSystemClassLoader() : loader);
        Optional<LambdaView> lambda = LambdaView.of(function);
        if (lambda.isEmpty()) {
            return new FunctionSource(fallback, List.of());
        }
        LambdaView l = lambda.get();
        String owner = MethodScan.simple(l.owner());
        return classes.resolve(l.owner(), l.name(), l.descriptor()).map(f -> {
            boolean reference = !f.method().name.startsWith("lambda$");
            return new FunctionSource(reference ? owner + "::" + l.name() : owner + ":" + line(f.method()),
                    names(f.method(), arity));
        }).orElse(new FunctionSource(owner + "::" + l.name(), List.of()));
    }

    private static int line(MethodNode method) {
        for (AbstractInsnNode i = method.instructions.getFirst(); i != null; i = i.getNext()) {
            if (i instanceof LineNumberNode n) {
                return n.line;
            }
        }
        return 0;
    }

    /** The last parameters are the function's; those before are captured values. */
    private static List<String> names(MethodNode method, int arity) {
        List<String> all = new ArrayList<>();
        int slot = (method.access & Opcodes.ACC_STATIC) != 0 ? 0 : 1;
        for (Type t : Type.getArgumentTypes(method.desc)) {
            int here = slot;
            all.add(method.localVariables == null ? "" : method.localVariables.stream().filter(v -> v.index == here)
                    .findFirst().map((LocalVariableNode v) -> v.name).orElse(""));
            slot += t.getSize();
        }
        return arity < 0 || all.size() < arity ? List.of() : List.copyOf(all.subList(all.size() - arity, all.size()));
    }
}
