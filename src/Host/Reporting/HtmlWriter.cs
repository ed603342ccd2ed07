using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace GpuCgan.Host.Reporting;

/// <summary>HTML whose holes cannot be forgotten to encode: what stands between braces is text, whatever is in it; only the literal around it is markup.</summary>
internal sealed class HtmlWriter
{
    private readonly StringBuilder _text = new();

    /// <summary>Appends markup with encoded holes; numbers are culture-invariant.</summary>
    public void Add([InterpolatedStringHandlerArgument("")] ref Markup markup) => markup.Flush();

    /// <summary>Appends a text of the program itself as it is, such as its style sheet: nothing of a run.</summary>
    public void AddOwn(string text) => _text.Append(text);

    public override string ToString() => _text.ToString();

    [InterpolatedStringHandler]
    public ref struct Markup(int literalLength, int holes, HtmlWriter writer)
    {
        private readonly StringBuilder _text = new(literalLength + (16 * holes));

        public readonly void AppendLiteral(string markup) => _text.Append(markup);

        public readonly void AppendFormatted(string? text) => _text.Append(WebUtility.HtmlEncode(text));

        public readonly void AppendFormatted<T>(T value, string? format = null) where T : IFormattable =>
            AppendFormatted(value.ToString(format, CultureInfo.InvariantCulture));

        internal readonly void Flush() => writer._text.Append(_text);
    }
}
