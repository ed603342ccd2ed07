using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GpuCgan.Reference;

/// <summary>Matrix products over [rows, columns] arrays, by the definition, a row at a time.</summary>
public static class ReferenceGemm
{
    /// <summary>x·w + b, b may be null.</summary>
    public static double[,] Forward(double[,] x, double[,] w, double[]? b)
    {
        var y = new double[x.GetLength(0), w.GetLength(1)];
        for (int i = 0; i < x.GetLength(0); i++)
        {
            b?.CopyTo(Row(y, i));
            for (int k = 0; k < x.GetLength(1); k++)
                TensorPrimitives.MultiplyAdd(Row(w, k), x[i, k], Row(y, i), Row(y, i));
        }
        return y;
    }

    /// <summary>dy·wᵀ.</summary>
    public static double[,] InputGradient(double[,] dy, double[,] w)
    {
        var dx = new double[dy.GetLength(0), w.GetLength(0)];
        for (int i = 0; i < dy.GetLength(0); i++)
        {
            for (int k = 0; k < w.GetLength(0); k++)
                dx[i, k] = TensorPrimitives.Dot<double>(Row(dy, i), Row(w, k));
        }
        return dx;
    }

    /// <summary>xᵀ·dy.</summary>
    public static double[,] WeightGradient(double[,] x, double[,] dy)
    {
        var dw = new double[x.GetLength(1), dy.GetLength(1)];
        for (int i = 0; i < x.GetLength(0); i++)
        {
            for (int k = 0; k < x.GetLength(1); k++)
                TensorPrimitives.MultiplyAdd(Row(dy, i), x[i, k], Row(dw, k), Row(dw, k));
        }
        return dw;
    }

    private static Span<double> Row(double[,] matrix, int row)
    {
        int columns = matrix.GetLength(1);
        return MemoryMarshal.CreateSpan(ref Unsafe.As<byte, double>(ref MemoryMarshal.GetArrayDataReference(matrix)), matrix.Length).Slice(row * columns, columns);
    }
}
