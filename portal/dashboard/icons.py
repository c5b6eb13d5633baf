"""The icons of the portal: name -> SVG content on a 24 x 24 grid, drawn with the text's colour."""

ICONS: dict[str, str] = {
    "check": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "passed": '<circle cx="12" cy="12" r="9"/><path d="m7.8 12.4 2.9 2.9 5.5-6"/>',
    "warning": '<path d="M12 3.5 21.5 20h-19z"/><path d="M12 10v4.5M12 17.2v.1"/>',
    "error": '<path d="M8.2 3h7.6L21 8.2v7.6L15.8 21H8.2L3 15.8V8.2z"/><path d="m9 9 6 6m0-6-6 6"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v5.5M12 7.6v.1"/>',
    "unreadable": (
        '<path d="M6 3h8l4 4v14H6z"/><path d="M10 11.2a2 2 0 1 1 2.7 1.9c-.5.2-.7.5-.7 1v.4M12 17.4v.1"/>'
    ),
    "key": '<circle cx="8" cy="12" r="4.5"/><path d="M12.5 12H21v3.5M17 12v2.5"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.2l3.4 2"/>',
    "running": '<g class="spinner"><path d="M12 3a9 9 0 1 1-8.5 6"/></g>',
    "withdrawn": '<circle cx="12" cy="12" r="9"/><path d="M8 12h8"/>',
    "broken": '<path d="M12 3v7l-3 3 4 3-1 5"/><path d="M8.5 3.7A9 9 0 0 0 8 20M15.5 3.7A9 9 0 0 1 16 20"/>',
    "upload": '<path d="M12 15.5V4m0 0L7.5 8.5M12 4l4.5 4.5M4 15v5h16v-5"/>',
    "download": '<path d="M12 4v11.5m0 0L7.5 11M12 15.5l4.5-4.5M4 17v3h16v-3"/>',
    "file": '<path d="M6 3h8l4 4v14H6z"/><path d="M14 3v4h4M9 12h6M9 16h6"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>',
    "chevron": '<path d="m9 5 7 7-7 7"/>',
    "again": '<path d="M20 12a8 8 0 1 1-2.3-5.6M20 3.5V8h-4.5"/>',
    "skipped": '<path d="M5 6v12l8-6zM17 6v12"/>',
    "lock": '<path d="M5.5 10.5h13V20h-13zM8.5 10.5V7a3.5 3.5 0 0 1 7 0v3.5"/>',
    "theme": '<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5a8.5 8.5 0 0 1 0 17z" fill="currentColor"/>',
    "bell": '<path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 21h4"/>',
    "letter": '<path d="M3.5 6h17v12.5h-17z"/><path d="m4 7 8 6 8-6"/>',
    "nothing": '<path d="M3.5 14 6 5h12l2.5 9v6h-17z"/><path d="M3.5 14H9c0 1.7 1.3 3 3 3s3-1.3 3-3h5.5"/>',
}
