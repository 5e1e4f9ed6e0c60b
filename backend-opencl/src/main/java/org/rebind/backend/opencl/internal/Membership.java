package org.rebind.backend.opencl.internal;

import java.nio.charset.StandardCharsets;

/**
 * What the cache of binaries holds for a source that was compiled together with others.
 *
 * @param key of the program it is part of
 * @param suffix of its kernels' names there
 */
record Membership(String key, String suffix) {
    private static final String START = "rebind: part of ";

    byte[] bytes() {
        return (START + key + " " + suffix).getBytes(StandardCharsets.UTF_8);
    }

    /** @param content what the cache holds, or null. @return null if that is a binary, or nothing */
    static Membership read(byte[] content) {
        if (content == null || content.length > 256) {
            return null;
        }
        String text = new String(content, StandardCharsets.UTF_8);
        String[] words = text.startsWith(START) ? text.substring(START.length()).split(" ") : new String[0];
        return words.length == 2 ? new Membership(words[0], words[1]) : null;
    }
}
