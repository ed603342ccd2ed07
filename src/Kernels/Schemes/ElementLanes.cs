namespace GpuCgan.Kernels.Schemes;

/// <summary>How kernels that give an element, or a few, to a lane are cut into groups.</summary>
internal static class ElementLanes
{
    /// <summary>
    /// Lanes a group. ILGPU's own choice is the largest group, of which a batch's matrix fills a few, and all other multiprocessors idle while a few queue for their arithmetic.
    /// So groups are small: four warps, one for each of a multiprocessor's schedulers, and sixteen groups still fill a multiprocessor with the 2,048 lanes it has at most.
    /// </summary>
    public const int AGroup = 128;
}
