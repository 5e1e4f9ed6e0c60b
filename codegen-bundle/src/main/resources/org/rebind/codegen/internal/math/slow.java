    static float sinSlow_f(float x) {
        return (float) StrictMath.sin((double) x);
    }

    static float cosSlow_f(float x) {
        return (float) StrictMath.cos((double) x);
    }

    static float tanSlow_f(float x) {
        return (float) StrictMath.tan((double) x);
    }

    static float atan2Slow_f(float y, float x) {
        return (float) StrictMath.atan2((double) y, (double) x);
    }

    static float powSlow_f(float x, float y) {
        return x == 1f || x == -1f && Float.isInfinite(y) ? 1f : (float) StrictMath.pow((double) x, (double) y);
    }

    static double sinSlow_d(double x) {
        return StrictMath.sin(x);
    }

    static double cosSlow_d(double x) {
        return StrictMath.cos(x);
    }

    static double tanSlow_d(double x) {
        return StrictMath.tan(x);
    }

    static double atan2Slow_d(double y, double x) {
        return StrictMath.atan2(y, x);
    }

    static double powSlow_d(double x, double y) {
        return x == 1d || x == -1d && Double.isInfinite(y) ? 1d : StrictMath.pow(x, y);
    }

    static float remainderSlow_f(float x, float y) {
        return (float) remainderSlow_d((double) x, (double) y);
    }

    static float floorDivideSlow_f(float x, float y) {
        return (float) floorDivideSlow_d((double) x, (double) y);
    }

    static double remainderSlow_d(double x, double y) {
        double mod = x % y;
        if (y == 0d || Double.isNaN(mod)) {
            return mod;
        }
        if (mod == 0d) {
            return Math.copySign(0d, y);
        }
        return y < 0d != mod < 0d ? mod + y : mod;
    }

    static double floorDivideSlow_d(double x, double y) {
        if (y == 0d) {
            return x / y;
        }
        double mod = x % y;
        double div = (x - mod) / y;
        if (mod != 0d && y < 0d != mod < 0d) {
            div -= 1d;
        }
        if (div == 0d) {
            return Math.copySign(0d, x / y);
        }
        double floor = Math.floor(div);
        return div - floor > 0.5 ? floor + 1d : floor;
    }
