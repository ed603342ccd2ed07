using System.Globalization;

namespace GpuCgan.Network.Architecture;

/// <summary>
/// How wide a layer is: a number, or what depends on the data. <c>image</c> is an image's numbers for a linear layer and its channels for a convolution, <c>classes</c> the
/// number of labels, <c>1+classes</c> a score and a logit a label.
/// </summary>
internal readonly record struct LayerWidth(int Fixed, bool OfImage, bool OfClasses)
{
    /// <summary>The widest that a recipe may ask for.</summary>
    public const int Most = 16384;

    public static bool TryParse(string word, out LayerWidth width)
    {
        width = word switch
        {
            "image" => new LayerWidth(0, true, false),
            "classes" => new LayerWidth(0, false, true),
            "1+classes" => new LayerWidth(1, false, true),
            _ => default,
        };
        if (width != default)
            return true;
        bool isNumber = int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 1 and <= Most;
        width = new LayerWidth(number, false, false);
        return isNumber;
    }

    /// <summary>Whether it is the same for all data.</summary>
    public bool IsNumber => !OfImage && !OfClasses;

    public int Of(int image, int classes) => Fixed + (OfImage ? image : 0) + (OfClasses ? classes : 0);
}
