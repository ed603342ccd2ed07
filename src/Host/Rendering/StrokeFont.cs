using SkiaSharp;

namespace GpuCgan.Host.Rendering;

/// <summary>
/// Text as anti-aliased strokes. No font of the system is asked for: SkiaSharp without native dependencies finds none on
/// Linux, and a picture must look the same wherever it was drawn.
/// </summary>
/// <remarks>Sizes are cap heights in pixels; a line of text then takes about 1.3 cap heights from its top to the tails of g and y.</remarks>
internal static class StrokeFont
{
    /// <summary>How far the tail of a g hangs below the baseline, in cap heights.</summary>
    public const float Descent = 7f / HersheySimplex.CapHeight;

    private const char Origin = 'R';

    /// <summary>
    /// Signs beyond ASCII that the program's own texts use, in the notation of <see cref="HersheySimplex.Glyphs"/>; and a hyphen,
    /// since the data's is as long as a minus and pulls a word apart.
    /// </summary>
    private static readonly Dictionary<char, string> Extras = new()
    {
        ['-'] = "J[LRXR",
        ['\u00B7'] = "MWRPQQRRSQRP", // middle dot
        ['\u00D7'] = "G]KKYY RYKKY", // multiplication sign
        ['\u00B1'] = "E_RHRX RJPZP RJ[Z[", // plus or minus
        ['\u2013'] = "G]JRZR", // en dash
        ['\u2014'] = "CaERaR", // em dash
        ['\u2212'] = "E_IR[R", // minus
        ['\u2026'] = "E_JYIZJ[KZJY RRYQZR[SZRY RZYYZZ[[ZZY", // ellipsis
    };

    /// <summary>What stands for a character without a glyph: an upright box, so that it is seen and not silently dropped.</summary>
    private const string Missing = "I[LFXFX[L[LF";

    /// <summary>The width of a text in pixels.</summary>
    public static float Measure(string text, float capHeight)
    {
        int units = 0;
        foreach (char c in text)
        {
            string glyph = GlyphOf(c);
            units += glyph[1] - glyph[0];
        }
        return units * capHeight / HersheySimplex.CapHeight;
    }

    /// <summary>
    /// Draws a line of text whose baseline lies at <paramref name="baseline"/>, with strokes <paramref name="weight"/> cap heights wide.
    /// </summary>
    public static void Draw(
        SKCanvas canvas, string text, float x, float baseline, float capHeight, SKColor color, TextAlign align = TextAlign.Left, float weight = 0.115f)
    {
        float scale = capHeight / HersheySimplex.CapHeight;
        float pen = align switch
        {
            TextAlign.Center => x - (Measure(text, capHeight) / 2f),
            TextAlign.Right => x - Measure(text, capHeight),
            _ => x,
        };
        using var path = new SKPath();
        foreach (char c in text)
        {
            string glyph = GlyphOf(c);
            AddGlyph(path, glyph, pen, baseline, scale);
            pen += (glyph[1] - glyph[0]) * scale;
        }
        using var paint = new SKPaint
        {
            Color = color,
            IsAntialias = true,
            Style = SKPaintStyle.Stroke,
            // Below about a pixel a stroke would only grow paler, not thinner.
            StrokeWidth = Math.Max(1.1f, capHeight * weight),
            StrokeCap = SKStrokeCap.Round,
            StrokeJoin = SKStrokeJoin.Round,
        };
        canvas.DrawPath(path, paint);
    }

    private static string GlyphOf(char c)
    {
        if (Extras.TryGetValue(c, out string? extra)) return extra;
        int index = c - ' ';
        return (uint)index < (uint)HersheySimplex.Glyphs.Length ? HersheySimplex.Glyphs[index] : Missing;
    }

    private static void AddGlyph(SKPath path, string glyph, float left, float baseline, float scale)
    {
        bool penIsDown = false;
        for (int i = 2; i < glyph.Length; i += 2)
        {
            if (glyph[i] == ' ')
            {
                penIsDown = false;
                continue;
            }
            float x = left + ((glyph[i] - glyph[0]) * scale);
            float y = baseline + ((glyph[i + 1] - Origin - HersheySimplex.Baseline) * scale);
            if (penIsDown) path.LineTo(x, y);
            else path.MoveTo(x, y);
            penIsDown = true;
        }
    }
}
