package org.rebind.backend.aparapi.internal;

import java.util.Map;

/**
 * Loader of one executable's generated classes, collectable with the executable. Vector classes come from the boot layer
 * whatever the container delegates, all else from the backend's own loader.
 */
final class KernelLoader extends ClassLoader {
    private final Map<String, byte[]> classes;

    KernelLoader(Map<String, byte[]> classes, ClassLoader parent) {
        super(parent);
        this.classes = classes;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] code = classes.get(name);
        if (code != null) {
            return defineClass(name, code, 0, code.length);
        }
        if (name.startsWith(VectorCode.MODULE + ".") || name.startsWith("jdk.internal.vm.vector.")) { // its superclasses
            return Class.forName(name, false, ClassLoader.getSystemClassLoader());
        }
        throw new ClassNotFoundException(name);
    }
}
