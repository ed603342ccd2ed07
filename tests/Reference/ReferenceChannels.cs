namespace GpuCgan.Reference;

/// <summary>Images [N, C·P] as a matrix of pixels [N·P, C] and back: what is normalised or summed by channel is then normalised or summed by column.</summary>
public static class ReferenceChannels
{
    public static double[,] ToColumns(double[,] images, int channels)
    {
        int pixels = images.GetLength(1) / channels;
        var result = new double[images.GetLength(0) * pixels, channels];
        for (int i = 0; i < images.GetLength(0); i++)
        {
            for (int j = 0; j < images.GetLength(1); j++)
                result[i * pixels + j % pixels, j / pixels] = images[i, j];
        }
        return result;
    }

    public static double[,] ToImages(double[,] columns, int images)
    {
        int pixels = columns.GetLength(0) / images, channels = columns.GetLength(1);
        var result = new double[images, channels * pixels];
        for (int i = 0; i < images; i++)
        {
            for (int j = 0; j < channels * pixels; j++)
                result[i, j] = columns[i * pixels + j % pixels, j / pixels];
        }
        return result;
    }
}
