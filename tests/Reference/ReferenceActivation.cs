namespace GpuCgan.Reference;

/// <summary>The nonlinearities and their derivatives with respect to x, by the definition. The kind is any enum with these names: the reference shares no type with the operators.</summary>
public static class ReferenceActivation
{
    public static double Forward(Enum kind, double x, double slope = 0.2) => kind.ToString() switch
    {
        "Identity" => x,
        "LeakyRelu" => x > 0 ? x : slope * x,
        "Relu" => Math.Max(x, 0),
        "Tanh" => Math.Tanh(x),
        "Sigmoid" => 1 / (1 + Math.Exp(-x)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public static double Derivative(Enum kind, double x, double slope = 0.2) => kind.ToString() switch
    {
        "Identity" => 1,
        "LeakyRelu" => x > 0 ? 1 : slope,
        "Relu" => x > 0 ? 1 : 0,
        "Tanh" => 1 - Math.Tanh(x) * Math.Tanh(x),
        "Sigmoid" => Math.Exp(-x) / Math.Pow(1 + Math.Exp(-x), 2),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
