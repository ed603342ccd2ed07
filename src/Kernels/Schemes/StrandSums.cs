namespace GpuCgan.Kernels.Schemes;

/// <summary>Adds what was read.</summary>
/// <remarks>A strand starts at +0 and so is never −0, which is all that adding +0 would change.</remarks>
internal struct StrandSum : IStrandTaker<float>
{
    public float Value;

    public void Take(float read, int place, bool inside) => Value += inside ? read : 0f;
}

/// <summary>Adds the squared distances from a centre.</summary>
internal struct StrandSquares(float centre) : IStrandTaker<float>
{
    private readonly float _centre = centre;

    public float Value;

    public void Take(float read, int place, bool inside) => Value += inside ? (read - _centre) * (read - _centre) : 0f;
}

/// <summary>Adds the products of what was read.</summary>
internal struct StrandProducts : IStrandTaker<Pair>
{
    public float Value;

    public void Take(Pair read, int place, bool inside) => Value += inside ? read.A * read.B : 0f;
}
