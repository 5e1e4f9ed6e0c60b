package org.rebind.tracer.internal.effects;

import java.io.Serializable;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a lambda or method reference runs: the implementing method and the captured values, seen through its private
 * {@code writeReplace} without serialising anything.
 *
 * @param owner internal name of the implementing class
 * @param referenceKind of {@link MethodHandleInfo}
 */
record LambdaView(String owner, String name, String descriptor, int referenceKind, List<Object> captured) {
    /** Empty if the object is no serializable lambda. */
    static Optional<LambdaView> of(Object function) {
        if (!(function instanceof Serializable) || !function.getClass().isSynthetic()) { // not a class of users
            return Optional.empty();
        }
        try {
            Method replace = function.getClass().getDeclaredMethod("writeReplace");
            replace.setAccessible(true);
            if (replace.invoke(function) instanceof SerializedLambda s) {
                List<Object> captured = new ArrayList<>();
                for (int i = 0; i < s.getCapturedArgCount(); i++) {
                    captured.add(s.getCapturedArg(i));
                }
                return Optional.of(new LambdaView(s.getImplClass(), s.getImplMethodName(), s.getImplMethodSignature(),
                        s.getImplMethodKind(), captured));
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            System.getLogger(LambdaView.class.getName()).log(System.Logger.Level.DEBUG,
                    () -> "cannot look into " + function.getClass() + ": " + e);
        }
        return Optional.empty();
    }

    boolean isStatic() {
        return referenceKind == MethodHandleInfo.REF_invokeStatic;
    }

    boolean isConstructor() {
        return referenceKind == MethodHandleInfo.REF_newInvokeSpecial;
    }
}
