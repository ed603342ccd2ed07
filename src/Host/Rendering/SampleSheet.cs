using GpuCgan.Network;

namespace GpuCgan.Host.Rendering;

/// <summary>Images as G gives them, label after label, on a sheet with one column a label; without labels in rows.</summary>
internal static class SampleSheet
{
    /// <param name="path">The PNG to write.</param>
    /// <param name="images">[labels, rows, channels, height, width] in [−1, 1].</param>
    /// <param name="shape">One image's shape.</param>
    /// <param name="labels">A name for each column.</param>
    /// <param name="rows">Images a label.</param>
    /// <param name="footer">A line below.</param>
    public static void Write(string path, float[] images, ImageShape shape, string[] labels, int rows, string footer)
    {
        int pixels = shape.Pixels;
        var sheet = new float[images.Length];
        for (int label = 0; label < labels.Length; label++)
        {
            for (int row = 0; row < rows; row++)
                images.AsSpan((label * rows + row) * pixels, pixels).CopyTo(sheet.AsSpan((row * labels.Length + label) * pixels));
        }
        var grid = new SampleGrid
        {
            Rows = rows, Columns = labels.Length, Height = shape.Height, Width = shape.Width, Channels = shape.Channels, Planar = true,
            ColumnLabels = labels, Footer = footer,
        };
        using var bitmap = grid.Draw(sheet.AsSpan());
        PngFile.Write(path, bitmap);
    }

    /// <summary>Columns of a sheet without labels.</summary>
    public const int Columns = 10;

    /// <summary>A sheet of images that have no labels, row by row; a last row that is not full ends in paper.</summary>
    /// <param name="path">The PNG to write.</param>
    /// <param name="images">[count, channels, height, width] in [−1, 1].</param>
    /// <param name="shape">One image's shape.</param>
    /// <param name="footer">A line below.</param>
    public static void Write(string path, float[] images, ImageShape shape, string footer)
    {
        int count = images.Length / shape.Pixels, columns = Math.Min(count, Columns), rows = (count - 1) / columns + 1;
        var sheet = new float[rows * columns * shape.Pixels];
        Array.Fill(sheet, 1);
        images.CopyTo(sheet, 0);
        var grid = new SampleGrid { Rows = rows, Columns = columns, Height = shape.Height, Width = shape.Width, Channels = shape.Channels, Planar = true, Footer = footer };
        using var bitmap = grid.Draw(sheet.AsSpan());
        PngFile.Write(path, bitmap);
    }
}
