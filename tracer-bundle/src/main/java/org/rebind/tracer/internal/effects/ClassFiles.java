package org.rebind.tracer.internal.effects;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.SoftReference;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.MethodNode;

/** Parsed classes as one scan sees them, found through the class loader of the user's function. Confined to a scan. */
final class ClassFiles {
    /** Parsed once per class; memory permitting. Neither the class nor what is known of it keeps the other's loader alive. */
    private static final Map<Class<?>, SoftReference<Optional<ClassNode>>> PARSED =
            Collections.synchronizedMap(new WeakHashMap<>());

    /** A method and the class that declares it. */
    record Found(ClassNode owner, MethodNode method) {
        String where() {
            return owner.name.replace('/', '.') + "." + method.name;
        }
    }

    private final ClassLoader loader;
    private final Map<String, Optional<ClassNode>> seen = new HashMap<>();

    ClassFiles(ClassLoader loader) {
        this.loader = loader;
    }

    /** Whether methods of this class are judged by table and not followed. */
    static boolean isPlatform(String internalName) {
        return internalName.startsWith("java/") || internalName.startsWith("javax/") || internalName.startsWith("jdk/")
                || internalName.startsWith("sun/") || internalName.startsWith("com/sun/");
    }

    /** The class, without initialising it; empty if the loader does not know it. */
    Optional<Class<?>> load(String internalName) {
        try {
            return Optional.of(Class.forName(internalName.replace('/', '.'), false, loader));
        } catch (ClassNotFoundException | LinkageError e) {
            return Optional.empty();
        }
    }

    /** The parsed class; empty if its bytes cannot be had (hidden or generated classes). */
    Optional<ClassNode> read(String internalName) {
        return seen.computeIfAbsent(internalName, n -> load(n).flatMap(ClassFiles::parse));
    }

    private static Optional<ClassNode> parse(Class<?> type) {
        SoftReference<Optional<ClassNode>> known = PARSED.get(type); // a race parses twice, which is harmless
        Optional<ClassNode> node = known == null ? null : known.get();
        if (node == null) {
            node = parseNow(type);
            PARSED.put(type, new SoftReference<>(node));
        }
        return node;
    }

    private static Optional<ClassNode> parseNow(Class<?> type) {
        String file = type.getName().substring(type.getName().lastIndexOf('.') + 1) + ".class";
        try (InputStream in = type.getResourceAsStream(file)) {
            if (in == null) {
                return Optional.empty();
            }
            ClassNode node = new ClassNode();
            new ClassReader(in).accept(node, ClassReader.SKIP_FRAMES);
            return Optional.of(node);
        } catch (IOException | RuntimeException e) { // too new a class file counts as unreadable
            return Optional.empty();
        }
    }

    /** The implementation a call of this method on exactly this class runs. */
    Optional<Found> resolve(String owner, String name, String descriptor) {
        Optional<ClassNode> node = read(owner);
        for (Optional<ClassNode> c = node; c.isPresent() && !isPlatform(c.get().name);) {
            Optional<Found> here = declared(c.get(), name, descriptor);
            if (here.isPresent()) {
                return here;
            }
            c = c.get().superName == null ? Optional.empty() : read(c.get().superName);
        }
        return node.flatMap(n -> inherited(n, name, descriptor));
    }

    private Optional<Found> inherited(ClassNode node, String name, String descriptor) {
        for (String i : node.interfaces) {
            Optional<ClassNode> face = isPlatform(i) ? Optional.empty() : read(i);
            Optional<Found> found = face.flatMap(f -> declared(f, name, descriptor))
                    .or(() -> face.flatMap(f -> inherited(f, name, descriptor)));
            if (found.isPresent()) {
                return found;
            }
        }
        return node.superName == null || isPlatform(node.superName) ? Optional.empty()
                : read(node.superName).flatMap(s -> inherited(s, name, descriptor));
    }

    private static Optional<Found> declared(ClassNode node, String name, String descriptor) {
        for (MethodNode m : node.methods) {
            if (m.name.equals(name) && m.desc.equals(descriptor) && (m.access & Opcodes.ACC_ABSTRACT) == 0) {
                return Optional.of(new Found(node, m));
            }
        }
        return Optional.empty();
    }

    /** The first superclass of the platform; it decides methods that no user class implements. */
    String platformAncestor(String owner) {
        String name = owner;
        while (!isPlatform(name)) {
            Optional<ClassNode> node = read(name);
            if (node.isEmpty() || node.get().superName == null) {
                return "java/lang/Object";
            }
            name = node.get().superName;
        }
        return name;
    }
}
