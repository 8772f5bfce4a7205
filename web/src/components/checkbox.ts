import '@mantine/core/styles/Checkbox.css';
import '@mantine/core/styles/InlineInput.css';
import '@mantine/core/styles/Group.css';
import '@mantine/core/styles/Stack.css';

/** With the style sheets that it needs: forgotten, it would be a bare box. */
export { Checkbox } from '@mantine/core';
