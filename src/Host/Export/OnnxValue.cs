namespace GpuCgan.Host.Export;

/// <summary>A batch inside an ONNX model: its name and its extents behind the batch's, one of a vector, three of planes. Row-major, so that a reshape is all that lies between the two.</summary>
internal readonly record struct OnnxValue(string Name, params long[] Extents)
{
    /// <summary>The same numbers in these extents, by a node of this prefix where they lie in others.</summary>
    public OnnxValue As(OnnxGraph graph, string prefix, params long[] extents)
    {
        if (extents.SequenceEqual(Extents))
            return this;
        // An extent of 0 takes the batch over from the input.
        string shape = graph.Constant($"{prefix}.shape", (ReadOnlySpan<long>)[0, .. extents], 1 + extents.Length);
        return new(graph.Node("Reshape", $"{prefix}.reshaped", [Name, shape]), extents);
    }

    /// <summary>The same numbers as planes of so many pixels: as they lie, or in one column a plane where it is not known how.</summary>
    public OnnxValue AsPlanes(OnnxGraph graph, string prefix, long planes, long pixels) =>
        Extents.Length == 3 && Extents[0] == planes ? this : As(graph, prefix, planes, pixels, 1);
}
