// Moments on a chart: a line each, with a sign at its top whose shape says what happened there.

/** @typedef {{ at: number, change: number, isAdvice: boolean, text: string }} Mark `change`: above 0 for more, below 0 for less */

const reach = 8;

/** A triangle up or down, or a diamond. @param {any} path @param {Mark} mark @param {number} x @param {number} y @param {number} size */
function addSign(path, { change }, x, y, size) {
    const corners =
        change === 0
            ? [[0, -1], [1, 0], [0, 1], [-1, 0]]
            : [[-1, Math.sign(change)], [1, Math.sign(change)], [0, -Math.sign(change)]];
    corners.forEach(([right, down], index) => path[index === 0 ? 'moveTo' : 'lineTo'](x + right * size, y + down * size));
    path.closePath();
}

/** @param {any} u the plot @param {Mark[]} marks @param {string} color @param {string} background of a sign that is only advice */
export function drawMarks(u, marks, color, background) {
    const context = u.ctx;
    const pixel = devicePixelRatio;
    context.save();
    context.strokeStyle = color;
    context.lineWidth = 1.5 * pixel;
    for (const mark of marks) {
        const x = Math.round(u.valToPos(mark.at, 'x', true));
        context.setLineDash([3 * pixel, 3 * pixel]);
        context.beginPath();
        context.moveTo(x, u.bbox.top);
        context.lineTo(x, u.bbox.top + u.bbox.height);
        context.stroke();
        context.setLineDash([]);
        context.beginPath();
        addSign(context, mark, x, u.bbox.top + 6 * pixel, 5 * pixel);
        context.fillStyle = mark.isAdvice ? background : color;
        context.fill();
        context.stroke();
    }
    context.restore();
}

/** The marks at the cursor, the last three of many. @param {any} u @param {Mark[]} marks */
export const marksAtCursor = (u, marks) =>
    u.cursor.left >= 0 ? marks.filter(mark => Math.abs(u.valToPos(mark.at, 'x') - u.cursor.left) <= reach).slice(-3) : [];
