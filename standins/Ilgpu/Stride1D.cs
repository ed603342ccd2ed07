namespace ILGPU;

/// <summary>Where the elements of a one-dimensional view lie.</summary>
public interface IStride1D
{
    /// <summary>The distance of neighbours, in elements.</summary>
    int XStride { get; }
}

public static class Stride1D
{
    /// <summary>Neighbours touch. The only stride this project uses.</summary>
    public readonly struct Dense : IStride1D
    {
        public Index1D StrideExtent => Index1D.One;

        public int XStride => 1;

        public override string ToString() => "<dense>";
    }
}
