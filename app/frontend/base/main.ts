import '@tabler/core/dist/css/tabler.min.css'
import '../styles/main.css'
