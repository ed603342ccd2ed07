namespace GpuCgan.Host.Training;

/// <summary>
/// After which epochs a sheet of samples is drawn: every interval, and on the way to the first one at 1, 2, 4, 8, …, since most of what there is to see happens early. A sheet
/// of before the first step and one of the last are drawn besides.
/// </summary>
internal static class SampleSchedule
{
    /// <param name="before">Whole epochs done before a step.</param>
    /// <param name="after">Whole epochs done after it.</param>
    /// <param name="interval">Epochs from sheet to sheet.</param>
    public static bool IsDue(long before, long after, int interval) =>
        after / interval > before / interval || (after > before && after < interval && long.IsPow2(after));
}
